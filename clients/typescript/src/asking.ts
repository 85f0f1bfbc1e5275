import { Problem } from "./problem.js";

export type Fetch = (request: Request) => Promise<Response>;

/** One try, whole: the body has come as well. Throws a Problem where it has not. */
export async function ask(fetch: Fetch, request: Request, timeout: number): Promise<Response> {
  const late = AbortSignal.timeout(timeout);
  const signal = AbortSignal.any([request.signal, late]);
  try {
    const response = await fetch(new Request(request, { signal }));
    const { status, statusText, headers } = response;
    const body = await response.blob();
    return new Response(body.size ? body : null, { status, statusText, headers });
  } catch (cause) {
    request.signal.throwIfAborted();
    throw late.aborted
      ? new Problem("timeout", "The server took too long to answer.", { cause })
      : new Problem("no_answer", "The server cannot be reached.", { cause });
  }
}

// Longer waits are for the caller to decide about.
const LONGEST_WAIT = 10;

/** Seconds until the request may be sent again; null where it should not be. */
export function pause(problem: Problem, request: Request, tried: number): number | null {
  const isSafe =
    ["GET", "PUT", "DELETE"].includes(request.method) ||
    request.headers.has("Idempotency-Key") ||
    request.headers.has("If-Match");
  // Too often: nothing was done. Unavailable: somebody between may have passed it on.
  const may = problem.status === 429 || (problem.status === 503 && isSafe);
  const wait = problem.retryAfter ?? (problem.status === 503 ? tried : Infinity);
  return may && wait <= LONGEST_WAIT ? wait : null;
}

export function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, seconds * 1000);
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
  });
}
