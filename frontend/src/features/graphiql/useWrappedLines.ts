import { useMonaco } from "@graphiql/react";
import { useEffect } from "react";

/** Let the editors wrap long lines, which GraphiQL has no option for. */
export function useWrappedLines(): void {
  const monaco = useMonaco((state) => state.monaco);
  useEffect(() => {
    if (!monaco) return;
    const options = { wordWrap: "on" } as const;
    for (const editor of monaco.editor.getEditors()) editor.updateOptions(options);
    const subscription = monaco.editor.onDidCreateEditor((editor) => editor.updateOptions(options));
    return () => subscription.dispose();
  }, [monaco]);
}
