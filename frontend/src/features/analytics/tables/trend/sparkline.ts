/** The picture's size, in its own units. */
export const WIDTH = 80;
export const HEIGHT = 20;

const MARGIN = 1.5; // for half of the line's width, and the dot at its end

const round = (number: number): number => Math.round(number * 10) / 10;

/** Return the points of a line from the first number to the last, from 0 at the bottom to the largest at the top. */
export function sparklinePoints(numbers: number[]): [number, number][] {
  const largest = Math.max(...numbers, 1);
  const step = (WIDTH - 2 * MARGIN) / Math.max(numbers.length - 1, 1);
  const points = numbers.map((number, index): [number, number] => [
    round(MARGIN + index * step),
    round(HEIGHT - MARGIN - (number / largest) * (HEIGHT - 2 * MARGIN)),
  ]);
  const [only] = points;
  return only && points.length === 1 ? [only, [WIDTH - MARGIN, only[1]]] : points;
}
