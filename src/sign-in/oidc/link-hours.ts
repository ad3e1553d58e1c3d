/** How long the mailed link for a first linking is good, in hours. */
export const linkHours = 24
