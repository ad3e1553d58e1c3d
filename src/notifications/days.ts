/** A day so many days later, or earlier: 'YYYY-MM-DD'. */
export function dayMoved(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}
