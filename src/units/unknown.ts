/** How a value that nobody knows is printed, so that it is never taken for a zero. */
export const unknown = "—";
