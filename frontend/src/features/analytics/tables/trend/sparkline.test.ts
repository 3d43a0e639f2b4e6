import { expect, it } from "vitest";
import { sparklinePoints } from "./sparkline";

it("goes from the left to the right, the largest at the top and nothing at the bottom", () => {
  expect(sparklinePoints([0, 10, 5])).toEqual([
    [1.5, 18.5],
    [40, 1.5],
    [78.5, 10],
  ]);
});

it("is a line of its height where all are equal, or there is one only", () => {
  expect(sparklinePoints([3, 3]).map(([, y]) => y)).toEqual([1.5, 1.5]);
  expect(sparklinePoints([3])).toEqual([
    [1.5, 1.5],
    [78.5, 1.5],
  ]);
  expect(sparklinePoints([0, 0]).map(([, y]) => y)).toEqual([18.5, 18.5]);
});

it("is nothing without numbers", () => expect(sparklinePoints([])).toEqual([]));
