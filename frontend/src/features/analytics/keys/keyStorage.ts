import { readStorage, writeStorage } from "../../../lib/storage";

const KEY = "embudo.keys";

/** Return whether the keys of the view are in use. They are until their reader says otherwise. */
export const areKeysUsed = (): boolean => readStorage("localStorage", KEY) !== "off";

export const storeKeyUse = (isUsed: boolean): void => writeStorage("localStorage", KEY, isUsed ? null : "off");
