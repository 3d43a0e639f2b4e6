import { expect, it } from "vitest";
import { cityOf } from "./city";

it.each([
  ["America/Santiago", "Santiago"],
  ["America/Argentina/Buenos_Aires", "Buenos Aires"],
  ["America/Bogota", "Bogotá"],
  ["UTC", undefined],
  ["Etc/GMT+3", undefined],
])("%s: %s", (timeZone, city) => expect(cityOf(timeZone)).toBe(city));
