/**
 * Refuses, with words, a Node that cannot run TypeScript directly and a database driver without our repairs
 * (patches/): a transaction whose connection died could be stored in part.
 */
export async function refuseUnfit(): Promise<void> {
  const [major = 0] = process.versions.node.split('.').map(Number)
  if (major < 24) {
    throw new Error(
      `This is Node ${process.versions.node}: Guichet needs 24 or newer. "npm ci" brings one for Linux and macOS, which "npm start" uses.`,
    )
  }
  const { isPatched } = await import('./database/client.ts')
  if (!isPatched()) {
    throw new Error(
      'The database driver in node_modules is not repaired. Run "npm ci" again; if scripts are off in your npm, run "npx patch-package" after it.',
    )
  }
}
