import { issuePart } from '../packs/zip/names.ts'
import type { PackFile } from '../packs/zip/packs.ts'

/**
 * Name of a downloaded pack: plain ASCII, nothing a shell, a header or an old file system could take amiss. That of a
 * host out of service says so: its issue may be higher than that of the hardware that took its name.
 */
export function packFileName(
  customerNumber: string,
  { label, issue, isEnded }: Pick<PackFile, 'label' | 'issue' | 'isEnded'>,
): string {
  const plain = label
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 60)
  return `${customerNumber}_${plain || 'host'}${issuePart({ issue, isEnded })}`
}

/** The same for a zip of the packs of a request, whose number is given as it is shown. */
export function zipFileName(customerNumber: string, requestNumber: string): string {
  return `${customerNumber}_packs_${requestNumber}.zip`
}
