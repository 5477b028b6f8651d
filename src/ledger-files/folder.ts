/** The folder that holds the facts: `data/`, beside the program unless told otherwise. */
import { fileURLToPath } from "node:url";

/** The facts that come with Assay. */
export const ownFolder = fileURLToPath(new URL("../../data", import.meta.url));
