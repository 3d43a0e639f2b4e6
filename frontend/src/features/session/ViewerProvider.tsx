import { createContext, use, type ReactNode } from "react";
import { ViewerDocument, type ViewerQuery } from "../../api/generated/operations";
import { useAnswer } from "../../api/useAnswer";
import { Loading, TroubleState } from "../../components/states/EmptyState";

type Known = { viewer: NonNullable<ViewerQuery["viewer"]>; limits: NonNullable<ViewerQuery["limits"]> };

const ViewerContext = createContext<Known | null>(null);

/** Asks who the reader is and what they may; shows `children` once that is known. */
export function ViewerProvider({ children }: { children: ReactNode }) {
  const { data, trouble, retry } = useAnswer(ViewerDocument, {});
  if (data?.viewer && data.limits)
    return <ViewerContext value={{ viewer: data.viewer, limits: data.limits }}>{children}</ViewerContext>;
  return (
    <main>{trouble ? <TroubleState kind={trouble.kind} message={trouble.message} retry={retry} /> : <Loading />}</main>
  );
}

export function useViewer(): Known {
  const known = use(ViewerContext);
  if (!known) throw new Error("useViewer needs a ViewerProvider around it");
  return known;
}
