import type { ReportLine } from './lines.ts'

export type Maintenance = 'active' | 'ended' | 'to-begin' | 'none'

type Cover = Pick<ReportLine, 'contract_number' | 'maintenance_starts_on' | 'maintenance_ends_on'>

/** Whether a service contract covers a day; 'none' where there is no contract, or one without dates. */
export function maintenanceOf(cover: Cover, day: string): Maintenance {
  const { contract_number, maintenance_starts_on: start, maintenance_ends_on: end } = cover
  if (!contract_number || (!start && !end)) return 'none'
  if (start && start > day) return 'to-begin'
  return end && end < day ? 'ended' : 'active'
}
