const MAX_DELAY = 2 ** 31 - 1; // milliseconds, nearly 25 days; a longer timer would fire at once

/** Call back at an instant (milliseconds since the epoch), however far away; returns the function that cancels it. */
export function scheduleAt(instant: number, callback: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = () => {
    const delay = Math.max(instant - Date.now(), 0);
    timer = delay > MAX_DELAY ? setTimeout(wait, MAX_DELAY) : setTimeout(callback, delay);
  };
  wait();
  return () => clearTimeout(timer);
}
