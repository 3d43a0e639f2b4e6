import { Button, Checkbox, Collapse, SimpleGrid } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useId } from "react";
import type { ExportColumn } from "../../../api/generated/operations";
import { useI18n } from "../../../i18n/I18nProvider";

type Props = { chosen: ExportColumn[]; onChange: (chosen: ExportColumn[]) => void };

/** The choice of additional columns for a file, folded away until it is asked for. */
export function ExtraColumns({ chosen, onChange }: Props) {
  const { t, format } = useI18n();
  const [isOpen, { toggle }] = useDisclosure(chosen.length > 0);
  const id = useId();
  const columns = Object.entries(t.exporting.columns) as [ExportColumn, string][];
  return (
    <div>
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={isOpen ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={toggle}
      >
        {t.exporting.further(chosen.length, format.count(chosen.length))}
      </Button>
      <Collapse id={id} expanded={isOpen}>
        <Checkbox.Group value={chosen} onChange={onChange} label={t.exporting.furtherHint} mt="xs">
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" verticalSpacing="xs" mt="xs">
            {columns.map(([column, label]) => (
              <Checkbox key={column} value={column} label={label} />
            ))}
          </SimpleGrid>
        </Checkbox.Group>
      </Collapse>
    </div>
  );
}
