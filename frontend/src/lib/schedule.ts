const LONGEST = 2 ** 31 - 1; // milliseconds, nearly 25 days; a longer timer would fire at once

/** Calls back at a moment, in milliseconds since the epoch, however far it is; returns how to stop. */
export function at(moment: number, done: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = () => {
    const left = Math.max(moment - Date.now(), 0);
    timer = left > LONGEST ? setTimeout(wait, LONGEST) : setTimeout(done, left);
  };
  wait();
  return () => clearTimeout(timer);
}
