// For the type checker: a browser gets the file of the package itself under this name (`page-files.ts`).
export * from 'oauth4webapi';
