import { Tabs } from "@mantine/core";
import { usePrinting, usePrintPreparing } from "../../../hooks/usePrinting";
import { useI18n } from "../../../i18n/I18nProvider";
import classes from "./table/PerformanceTable.module.css";
import { TableOf, type ViewNumbers } from "./TableOf";
import { DEFAULT_VIEW } from "./view/tableView";
import { TABS, useTab, useTableView, type Tab } from "./view/useTableView";

const ID = "tables"; // begins the ids of tabs and panels
const ON_PAPER: Tab[] = ["agents", "departments", "templates"]; // they come with the view

/** The tables by agent and department, by department, template and account: one at a time, on paper all. */
export function PerformanceTables(props: ViewNumbers) {
  const { t } = useI18n();
  const [tab, choose] = useTab();
  const [view, changeView] = useTableView();
  const isPrinting = usePrinting();
  const isPreparing = usePrintPreparing();
  return (
    <Tabs id={ID} value={tab} onChange={choose} className={classes.tabs} data-area="tables">
      <Tabs.List aria-label={t.tables.by} className="no-print">
        {TABS.map((name) => (
          <Tabs.Tab key={name} value={name}>
            {t.tables.tabs[name]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {TABS.map(
        (name) =>
          (name === tab || ((isPreparing || isPrinting) && ON_PAPER.includes(name))) && (
            <div
              key={name}
              hidden={name !== tab && !isPrinting}
              id={`${ID}-panel-${name}`}
              role="tabpanel"
              aria-labelledby={`${ID}-tab-${name}`}
            >
              <TableOf tab={name} {...props} view={name === tab ? view : DEFAULT_VIEW} onView={changeView} />
            </div>
          ),
      )}
    </Tabs>
  );
}
