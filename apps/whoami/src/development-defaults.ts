import process from 'node:process';
import { takeEnvironmentFiles } from './environment-files.ts';

// Loaded before the server by `dev` and `watch`.
takeEnvironmentFiles(process.env, new URL('../../../', import.meta.url));
