import { CloseButton } from "@mantine/core";
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { useI18n } from "../../i18n/I18nProvider";
import classes from "./Toasts.module.css";

/** A notice in the corner of the page. One of the same id takes its place. */
export type Toast = {
  id: string;
  text: string;
  /** A button or link to go on with. */
  action?: ReactNode;
  isBad?: boolean;
  /** The browser's tab shows it too, for who reads another tab meanwhile. */
  isInTitle?: boolean;
  /** Milliseconds after which it goes by itself; without them it stays until it is closed. */
  lifetime?: number;
};

type Toasts = { show: (toast: Toast) => void; dismiss: (id: string) => void };

const ToastContext = createContext<Toasts | null>(null);
const TitleContext = createContext<string | undefined>(undefined);

/** Provide notices to the pages, and show them in a region that screen readers read out. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  const [shown, setShown] = useState<Toast[]>([]);
  const dismiss = useCallback((id: string) => setShown((toasts) => toasts.filter((toast) => toast.id !== id)), []);
  const show = useCallback(
    (toast: Toast) => setShown((toasts) => [...toasts.filter(({ id }) => id !== toast.id), toast]),
    [],
  );
  const value = useMemo(() => ({ show, dismiss }), [show, dismiss]);
  return (
    <ToastContext value={value}>
      <TitleContext value={shown.findLast(({ isInTitle }) => isInTitle)?.text}>{children}</TitleContext>
      <div className={`${classes.region} no-print`} role="log" aria-label={t.states.notices}>
        {shown.map((toast) => (
          <ToastCard key={toast.id} toast={toast} onClose={dismiss} />
        ))}
      </div>
    </ToastContext>
  );
}

function ToastCard({ toast, onClose }: { toast: Toast; onClose: (id: string) => void }) {
  const { t } = useI18n();
  const { id, lifetime } = toast;
  useEffect(() => {
    if (lifetime === undefined) return;
    const timer = setTimeout(() => onClose(id), lifetime);
    return () => clearTimeout(timer);
  }, [id, lifetime, onClose]);
  return (
    <div className={classes.toast} data-bad={toast.isBad ? true : undefined}>
      <span className={classes.text}>{toast.text}</span>
      {toast.action}
      <CloseButton size="sm" aria-label={t.states.close} onClick={() => onClose(id)} />
    </div>
  );
}

/** Return the functions that show and close notices. */
export function useToasts(): Toasts {
  const toasts = use(ToastContext);
  if (!toasts) throw new Error("useToasts needs a ToastProvider around it");
  return toasts;
}

/** Return the notice that the browser's tab shows; undefined without one. */
export const useTitleNotice = (): string | undefined => use(TitleContext);
