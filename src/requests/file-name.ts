/** Name of a downloaded pack: plain ASCII, nothing a shell, a header or an old file system could take amiss. */
export function packFileName(customerNumber: string, label: string, issue: number): string {
  const plain = label
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 60)
  return [customerNumber, plain || 'host', `issue-${issue}`].join('_').concat('.lic')
}

/** The same for a zip of the packs of a request, whose number is given as it is shown. */
export function zipFileName(customerNumber: string, requestNumber: string): string {
  return `${customerNumber}_packs_${requestNumber}.zip`
}
