"""Write the table of docs/settings.md from the fields of `Settings`: `python -m scripts.settings_table`."""

from pathlib import Path
from typing import Any

from service.settings import METRICS_FOLDER, PREFIX, Settings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
MARK = "<!-- The table is written by `make settings` from service/settings.py. -->\n"
HEAD = "| variable | values | default | meaning |\n|---|---|---|---|\n"


def render_table() -> str:
    """Render the table: a row for each setting that people set, in the order of the fields."""
    schema = Settings.model_json_schema()
    rows = (
        _row(name, _resolve(field, schema)) for name, field in schema["properties"].items() if name != METRICS_FOLDER
    )
    return HEAD + "".join(rows)


def render_page(page: str) -> str:
    """Return the page with a current table below its mark."""
    return page.partition(MARK)[0] + MARK + "\n" + render_table()


def _resolve(field: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Merge a field's schema with that of its type: an enum's definition, or the alternative that is not null."""
    (kind,) = [part for part in field.get("anyOf", [field]) if part.get("type") != "null"]
    defined = schema["$defs"][kind["$ref"].rpartition("/")[2]] if "$ref" in kind else kind
    return {**defined, **field}


def _row(name: str, field: dict[str, Any]) -> str:
    variable = f"`{PREFIX}{name.upper()}`"
    return f"| {variable} | {_values(field)} | {_default(name, field)} | {field['description']} |\n"


def _values(field: dict[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "boolean":
        return "`true`, `false`"
    if "maximum" in field:
        lowest = f"above {field['exclusiveMinimum']:,}" if "exclusiveMinimum" in field else f"{field['minimum']:,}"
        return f"{lowest} to {field['maximum']:,}"
    return "a file" if field.get("format") == "path" else "text"


def _default(name: str, field: dict[str, Any]) -> str:
    """Write the default; of a path in the working directory only the part below that."""
    default = Settings.model_fields[name].get_default(call_default_factory=True, validated_data={})
    if default in (None, ()):
        return "none"
    written = str(default).lower() if field.get("type") == "boolean" else str(default)
    return f"`{written.replace(str(Path.cwd()), '…')}`"


if __name__ == "__main__":
    PAGE.write_text(render_page(PAGE.read_text("utf-8")), "utf-8")
