import { ActionIcon, Button, Checkbox, Popover, Stack, Text, Tooltip } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import { useI18n } from "../../../../i18n/I18nProvider";
import { DEFAULT_COLUMNS, EXTRAS, NUMBER_COLUMNS, type Extra } from "../view/columns";
import { MARKS, type TableView } from "../view/tableView";
import classes from "./PerformanceTable.module.css";

type Props = {
  title: string;
  view: TableView;
  /** The columns on demand that there are. */
  offered: Extra[];
  onChange: (changes: Partial<TableView>) => void;
};

/** The choice of a table's columns, and of what stands beside rates. */
export function ColumnChoice({ title, view: { columns, marks, extras }, offered, onChange }: Props) {
  const { t } = useI18n();
  const isChanged = marks.length > 0 || extras.length > 0 || columns.join() !== DEFAULT_COLUMNS.join();
  return (
    <Popover position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Tooltip label={t.tables.choose}>
          <ActionIcon variant="subtle" color="gray" aria-label={`${t.tables.choose}: ${title}`}>
            <IconColumns3 size={18} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={t.tables.choose}>
        <Stack gap="xs" className={classes.choice}>
          <Checkbox.Group
            aria-label={t.tables.choose}
            value={columns}
            onChange={(chosen) => chosen.length > 0 && onChange({ columns: chosen })}
          >
            <Stack gap="xs">
              {NUMBER_COLUMNS.map(({ key }) => (
                <Checkbox key={key} size="sm" value={key} label={t.tables.columns[key]} />
              ))}
            </Stack>
          </Checkbox.Group>
          {offered.length > 0 && (
            <Checkbox.Group
              className={classes.marks ?? ""}
              aria-label={t.tables.extrasChoice}
              value={extras}
              onChange={(chosen) => onChange({ extras: EXTRAS.filter((extra) => chosen.includes(extra)) })}
            >
              <Stack gap="xs">
                {offered.map((extra) => (
                  <Checkbox key={extra} size="sm" value={extra} label={t.tables.extras[extra]} />
                ))}
              </Stack>
            </Checkbox.Group>
          )}
          <Checkbox.Group
            className={classes.marks ?? ""}
            aria-label={t.tables.marksAbout}
            value={marks}
            onChange={(chosen) => onChange({ marks: chosen })}
          >
            <Stack gap="xs">
              {MARKS.map((mark) => (
                <Checkbox key={mark} size="sm" value={mark} label={t.tables.marks[mark]} />
              ))}
              <Text size="xs" c="dimmed">
                {t.tables.marksAbout}
              </Text>
            </Stack>
          </Checkbox.Group>
          {isChanged && (
            <Button
              variant="subtle"
              size="compact-sm"
              onClick={() => onChange({ columns: DEFAULT_COLUMNS, marks: [], extras: [] })}
            >
              {t.tables.asBefore}
            </Button>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
