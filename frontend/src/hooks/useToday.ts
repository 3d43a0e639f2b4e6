import { useEffect, useState } from "react";
import { currentDay } from "../lib/dates/days";

const CHECK_INTERVAL = 60_000; // milliseconds

/** Return the current calendar day in a time zone; a page that stays open notices midnight. */
export function useToday(timeZone: string): string {
  const [day, setDay] = useState(() => currentDay(timeZone));
  useEffect(() => {
    const update = () => setDay(currentDay(timeZone));
    const timer = setInterval(update, CHECK_INTERVAL);
    // Browsers hold back the timers of pages in the background.
    document.addEventListener("visibilitychange", update);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", update);
    };
  }, [timeZone]);
  return day;
}
