import { createContext, use, type ReactNode } from "react";
import { ViewerDocument, type ViewerQuery } from "../../api/generated/operations";
import { useStableQuery } from "../../api/useStableQuery";
import { ErrorState } from "../../components/states/ErrorState";
import { Loading } from "../../components/states/Loading";

type ViewerContextValue = {
  viewer: NonNullable<ViewerQuery["viewer"]>;
  limits: NonNullable<ViewerQuery["limits"]>;
};

const ViewerContext = createContext<ViewerContextValue | null>(null);

/** Ask the API who the reader is and which limits hold, and show `children` once it has answered. */
export function ViewerProvider({ children }: { children: ReactNode }) {
  const { answer, error, refetch } = useStableQuery(ViewerDocument, {}, { staleTime: Infinity });
  const { viewer, limits } = answer?.data ?? {};
  if (viewer && limits) return <ViewerContext value={{ viewer, limits }}>{children}</ViewerContext>;
  return <main>{error ? <ErrorState error={error} retry={refetch} /> : <Loading />}</main>;
}

/** Return who the reader is, and the limits of the API. */
export function useViewer(): ViewerContextValue {
  const value = use(ViewerContext);
  if (!value) throw new Error("useViewer needs a ViewerProvider around it");
  return value;
}
