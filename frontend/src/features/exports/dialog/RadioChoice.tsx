import { Radio, Stack } from "@mantine/core";

type Props<Value extends string> = {
  label: string;
  values: readonly Value[];
  labels: Record<Value, string>;
  hints: Record<Value, string>;
  chosen: Value;
  onChange: (value: Value) => void;
};

/** A choice of one value, each with a hint. */
export function RadioChoice<Value extends string>({ label, values, labels, hints, chosen, onChange }: Props<Value>) {
  return (
    <Radio.Group label={label} value={chosen} onChange={onChange}>
      <Stack gap="xs" mt="xs">
        {values.map((value) => (
          <Radio key={value} value={value} label={labels[value]} description={hints[value]} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
