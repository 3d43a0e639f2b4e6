/** Spanish and other names whose accents the names of time zones leave out. */
const NAMES: Record<string, string> = {
  Asuncion: "Asunción",
  Bogota: "Bogotá",
  Cancun: "Cancún",
  Merida: "Mérida",
  Panama: "Panamá",
  Sao_Paulo: "São Paulo",
};

/** Return the city that a time zone is named by, such as `Santiago`; undefined for zones of no place, such as `UTC`. */
export function cityOf(timeZone: string): string | undefined {
  const [area, ...places] = timeZone.split("/");
  const city = places.at(-1);
  if (city === undefined || area === "Etc") return undefined;
  return NAMES[city] ?? city.replaceAll("_", " ");
}
