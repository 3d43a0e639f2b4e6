import { useEffect, useState } from "react";
import { today } from "../lib/days";

const MINUTE = 60_000; // milliseconds

/** The calendar day it is in a zone; a page that stays open notices midnight. */
export function useToday(timeZone: string): string {
  const [day, setDay] = useState(() => today(timeZone));
  useEffect(() => {
    const look = () => setDay(today(timeZone));
    const timer = setInterval(look, MINUTE);
    // Timers of pages in the background are held back.
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [timeZone]);
  return day;
}
