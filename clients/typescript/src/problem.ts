/**
 * What went wrong, of whatever kind: an answer of 4xx or 5xx, one that is none of the
 * server's (a proxy's page), or none at all. `message` is a sentence for people.
 */
export class Problem extends Error {
  override readonly name = "Problem";
  /** Of the answer; 0 where there was none. */
  readonly status: number;
  /**
   * For programs, and stable: the server explains each at /problems/<code>. Of this client
   * are `no_answer`, `timeout`, `bad_answer` for what is no JSON of ours, and
   * `not_modified` for a call with If-None-Match.
   */
  readonly code: string;
  /** By field, what is wrong with it, in words; what is about no field is under "". */
  readonly errors: Readonly<Record<string, readonly string[]>>;
  /** In the server's logs it is known by this. */
  readonly requestId: string | null;
  /** Seconds until another try has a chance. */
  readonly retryAfter: number | null;
  /** Only a fresh proof is missing: of the password (aal1), of a second factor (aal2). */
  readonly stepUp: { readonly acr: "aal1" | "aal2"; readonly maxAge: number } | null;
  /** All that was answered: JSON, or text where it is none. */
  readonly body: unknown;
  readonly headers: Headers;

  constructor(
    code: string,
    detail: string,
    answer: { status?: number; headers?: Headers; body?: unknown; cause?: unknown } = {},
  ) {
    super(detail, { cause: answer.cause });
    const told = fields(answer.body);
    this.status = answer.status ?? 0;
    this.headers = answer.headers ?? new Headers();
    this.code = code;
    this.errors = byField(told["errors"]);
    this.requestId = this.headers.get("X-Request-ID");
    this.retryAfter = seconds(this.headers.get("Retry-After") ?? "");
    this.stepUp =
      code === "step_up"
        ? { acr: told["acr"] === "aal1" ? "aal1" : "aal2", maxAge: Number(told["max_age"]) }
        : null;
    this.body = answer.body ?? null;
  }

  /** Of an answer that is no good. Its body is read. */
  static async of(response: Response): Promise<Problem> {
    const body = asJson(await response.text());
    const told = fields(body);
    // Signing in lists mistakes as {code, message, param}, which say more than its own code.
    const first = fields(Array.isArray(told["errors"]) ? told["errors"][0] : undefined);
    const own = response.status === 304 ? "not_modified" : "bad_answer";
    const known = first["code"] ?? told["code"] ?? own;
    const detail = told["detail"] ?? `The server answered ${response.status}.`;
    const { status, headers } = response;
    return new Problem(String(known), String(detail), { status, headers, body });
  }
}

type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function byField(errors: unknown): Record<string, string[]> {
  if (!Array.isArray(errors)) return { ...(fields(errors) as Record<string, string[]>) };
  const found: Record<string, string[]> = {};
  for (const each of errors.map(fields)) {
    (found[String(each["param"] ?? "")] ??= []).push(String(each["message"]));
  }
  return found;
}

/** Of `Retry-After`, which is a number or a date. */
function seconds(said: string): number | null {
  const found = /^\d+$/.test(said) ? Number(said) : (Date.parse(said) - Date.now()) / 1000;
  return Number.isNaN(found) ? null : Math.max(0, Math.ceil(found));
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
