import createFetch, { type MaybeOptionalInit, mergeHeaders, type ParseAsResponse } from "openapi-fetch";
import type {
  HttpMethod,
  MediaType,
  PathsWithMethod,
  RequiredKeysOf,
  ResponseObjectMap,
  SuccessResponse,
} from "openapi-typescript-helpers";
import { ask, type Fetch, pause, sleep } from "./asking.js";
import { ONCE } from "./once.js";
import { fields, Problem } from "./problem.js";
import type { components, paths } from "./schema.js";
import { byCookie, byPersonalToken, byTokens, type Signing, type TokenStore } from "./signing.js";

export interface Options {
  /** Scheme, host and port of the server; "" where the page comes from there. */
  baseUrl: string;
  /**
   * "cookie" for a page of the same site; a store of refresh tokens for an app, or a page
   * of elsewhere; a personal token for a program of one person's.
   */
  signIn: "cookie" | { store: TokenStore } | { token: string };
  /** Milliseconds that one try may take, the answer read (15,000). */
  timeout?: number;
  /** How often a call is sent at most while the server is busy or away (3). */
  tries?: number;
  /** In place of the global one. */
  fetch?: Fetch;
}

/** An answer that is good. All others are thrown, as a Problem. */
export interface Done<Data> {
  data: Data;
  response: Response;
}

/** What is asked for next of whoever signs in; null once that is done. */
export interface Step {
  next: components["schemas"]["Flow"]["id"] | null;
  /** All that was answered. */
  body: unknown;
}

type Verb = "get" | "post" | "put" | "patch" | "delete";
type Init<P, M extends keyof P> = MaybeOptionalInit<P, M>;
/** May be left out where nothing in it has to be there. */
type Rest<I> = RequiredKeysOf<I & {}> extends never ? [init?: I & Own] : [init: I & Own];
interface Own {
  /** Of this call alone, like the one of the client. */
  timeout?: number;
}

/** Rows have all their fields unless some were chosen by `fields`. */
type Whole<T, I> = I extends { params: { query: { fields: unknown } } }
  ? T
  : T extends { results: (infer R)[] }
    ? Omit<T, "results"> & { results: Required<R>[] }
    : T;
type Answer<P, M extends Verb & keyof P, I> = P[M] extends Record<string | number, any>
  ? ParseAsResponse<SuccessResponse<ResponseObjectMap<P[M]>, MediaType>, I>
  : never;

/** What is given, where nothing of it is unknown: what a type is inferred from may have more. */
type Known<I, Asked> = {
  [K in keyof I]: K extends Keys<Asked>
    ? K extends "body" | "params" | "query"
      ? Sound<I[K], Of<Asked, K>>
      : I[K]
    : never;
};
/** A body of several kinds has the fields of all of them. */
type Sound<G, A> = G extends readonly (infer E)[]
  ? readonly Sound<E, A extends readonly (infer F)[] ? F : never>[]
  : G extends object
    ? { [K in keyof G]: K extends Keys<A> ? Sound<G[K], Of<A, K>> : never }
    : G;
type Keys<A> = A extends object ? keyof A : never;
type Of<A, K> = A extends object ? (K extends keyof A ? A[K] : never) : never;

type Call<M extends Verb> = <P extends PathsWithMethod<paths, M>, I extends Init<paths[P], M>>(
  path: P,
  ...rest: Rest<I> & Rest<Known<I, Init<paths[P], M> & Own>>
) => Promise<Done<Whole<Answer<paths[P], M, I>, I>>>;

type Listed = {
  [P in PathsWithMethod<paths, "get">]: Answer<paths[P], "get", unknown> extends { next: string | null } ? P : never;
}[PathsWithMethod<paths, "get">];
type Row<T> = T extends { results: (infer R)[] } ? R : never;

type Auth = "/api/auth/{client}/v1/";
/** "auth/login", "auth/2fa/authenticate" and so on. */
type Place = PathsWithMethod<paths, "post"> extends infer P ? (P extends `${Auth}${infer Rest}` ? Rest : never) : never;
type Body<P extends Place> = NonNullable<Init<paths[`${Auth}${P}`], "post">> extends { body?: infer B } ? B : never;
type Given<P extends Place> = [Body<P>] extends [undefined] ? [] : [body: Body<P>];

export interface Client {
  GET: Call<"get">;
  POST: Call<"post">;
  PUT: Call<"put">;
  PATCH: Call<"patch">;
  DELETE: Call<"delete">;
  /** All rows of a list, page after page as they are wanted. */
  rows<P extends Listed, I extends Init<paths[P], "get">>(
    path: P,
    ...rest: Rest<I>
  ): AsyncGenerator<Row<Whole<Answer<paths[P], "get", I>, I>>>;
  /** A step of signing up, in, or of a fresh proof. */
  step<P extends Place>(place: P, ...body: Given<P>): Promise<Step>;
  signOut(): Promise<void>;
}

export function createClient(options: Options): Client {
  const { signIn, timeout = 15_000, tries = 3, fetch = (request) => globalThis.fetch(request) } = options;
  const baseUrl = options.baseUrl.replace(/\/$/, "");

  async function once(request: Request, within = timeout): Promise<Response> {
    const response = await ask(fetch, request, within);
    if (!response.ok) throw await Problem.of(response);
    return response;
  }

  const signing: Signing =
    signIn === "cookie"
      ? byCookie(baseUrl, once)
      : "store" in signIn
        ? byTokens(signIn.store, baseUrl, once)
        : byPersonalToken(signIn.token);

  /** Until it is done, or is not to be tried again. */
  async function send(request: Request, within = timeout): Promise<Response> {
    let isRenewed = false;
    for (let tried = 1; ; ) {
      const one = request.clone();
      const proof = await signing.sign(one);
      try {
        const response = await once(one, within);
        if (request.url.includes("/api/auth/")) {
          await signing.hear(response.headers, await response.clone().json());
        }
        return response;
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        await signing.hear(problem.headers, problem.body);
        if (!isRenewed && (await signing.isRenewed(problem, proof))) {
          isRenewed = true;
          continue;
        }
        const wait = pause(problem, request, tried);
        if (wait === null || ++tried > tries) throw problem;
        await sleep(wait, request.signal);
      }
    }
  }

  const { request } = createFetch<any>({
    baseUrl,
    credentials: signIn === "cookie" ? "include" : "omit",
    querySerializer: { array: { style: "form", explode: false } },
  });

  async function call(method: HttpMethod, path: string, init: any = {}): Promise<Done<any>> {
    const { timeout: within, ...rest } = init;
    const key = method === "post" && ONCE.has(path) ? { "Idempotency-Key": unique() } : {};
    const headers = mergeHeaders(key, rest.headers);
    let answered: Response | undefined;
    try {
      const { data, response } = await request(method, path, {
        ...rest,
        headers,
        fetch: async (made: Request) => (answered = await send(made, within)),
      });
      return { data, response };
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      throw new Problem("bad_answer", "The server did not answer with JSON.", { ...told(answered), cause });
    }
  }

  const of = (method: Verb) => (path: string, init?: unknown) => call(method, path, init);
  const client = { params: { path: { client: signing.client } } };
  return {
    GET: of("get") as Call<"get">,
    POST: of("post") as Call<"post">,
    PUT: of("put") as Call<"put">,
    PATCH: of("patch") as Call<"patch">,
    DELETE: of("delete") as Call<"delete">,
    async *rows(path: string, init?: any) {
      let query = init?.params?.query;
      do {
        const { data } = await call("get", path, { ...init, params: { ...init?.params, query } });
        yield* data.results;
        // Its origin may be another than the one we reach the server at.
        query = data.next && Object.fromEntries(new URL(data.next, "http://localhost").searchParams);
      } while (query);
    },
    async step(place, ...[body]) {
      try {
        const { data } = await call("post", `/api/auth/{client}/v1/${place}`, { ...client, body });
        return { next: stillOpen(place, data), body: data };
      } catch (problem) {
        const flows = problem instanceof Problem ? fields(fields(problem.body)["data"])["flows"] : null;
        if (!Array.isArray(flows)) throw problem;
        const open = flows.find((flow) => flow.is_pending);
        return { next: open ? open.id : "login", body: (problem as Problem).body };
      }
    },
    async signOut() {
      try {
        await call("delete", "/api/auth/{client}/v1/auth/session", client);
      } catch (problem) {
        // It says that nobody is signed in, as it should be.
        if (!(problem instanceof Problem) || ![401, 410].includes(problem.status)) throw problem;
      } finally {
        await signing.forget();
      }
    },
  };
}

// What an answer that is good leaves open: a code was texted, or it was only asked.
const SECOND_STEPS: Readonly<Record<string, Step["next"]>> = {
  "auth/2fa/authenticate": "mfa_authenticate",
  "auth/2fa/lost": "mfa_authenticate",
  "auth/2fa/reauthenticate": "mfa_reauthenticate",
};

function stillOpen(place: string, data: unknown): Step["next"] {
  const isIn = fields(fields(data)["meta"])["is_authenticated"] === true;
  return isIn ? null : (SECOND_STEPS[place] ?? null);
}

function told(response: Response | undefined): { status?: number; headers?: Headers } {
  return response ? { status: response.status, headers: response.headers } : {};
}

/** For `params.header`: change it only if it is still as it was answered there. */
export function ifMatch({ response }: Done<unknown>): { "If-Match": string } {
  const tag = response.headers.get("ETag");
  if (tag === null) throw new TypeError("This answer has no version.");
  // A proxy that compresses makes a weak one of it, which matches nothing.
  return { "If-Match": tag.replace(/^W\//, "") };
}

/** A new key for a thing to be done: with the same one it is done once. */
export function unique(): string {
  // `randomUUID` is there on pages of https alone.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
