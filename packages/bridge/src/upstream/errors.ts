export class UpstreamError extends Error {
  code = 'upstream_refused';
  logMessage = '';
  retryAfter = 5;
}
export const isUpstreamError = (error: unknown): error is UpstreamError => error instanceof UpstreamError;
export const isUpstreamRefused = (error: unknown): error is UpstreamError => error instanceof UpstreamError;
export const isUpstreamUnavailable = (error: unknown): error is UpstreamError =>
  error instanceof UpstreamError;
