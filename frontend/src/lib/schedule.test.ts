import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { scheduleAt } from "./schedule";

const DAY = 86_400_000; // milliseconds

describe("scheduleAt", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("calls back at an instant that is farther away than a timer reaches", () => {
    const callback = vi.fn();
    scheduleAt(Date.now() + 40 * DAY, callback);
    vi.advanceTimersByTime(40 * DAY - 1);
    expect(callback).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledOnce();
  });

  it("calls back soon for an instant that has passed", () => {
    const callback = vi.fn();
    scheduleAt(Date.now() - DAY, callback);
    vi.advanceTimersByTime(0);
    expect(callback).toHaveBeenCalledOnce();
  });

  it("does not call back once it is canceled, also after the first timer", () => {
    const callback = vi.fn();
    const cancel = scheduleAt(Date.now() + 40 * DAY, callback);
    vi.advanceTimersByTime(30 * DAY);
    cancel();
    vi.advanceTimersByTime(30 * DAY);
    expect(callback).not.toHaveBeenCalled();
  });
});
