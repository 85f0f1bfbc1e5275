import { fields, type Problem } from "./problem.js";

/** How requests prove who sends them. */
export interface Signing {
  /** Which of the two addresses under /api/auth/ it signs in at. */
  readonly client: "app" | "browser";
  /** Put the proof on a request that is about to go. Answers what it is. */
  sign(request: Request): Promise<string>;
  /** Something else may prove it now: the request is worth sending once more. */
  isRenewed(problem: Problem, proof: string): Promise<boolean>;
  /** What an answer of /api/auth/ hands out. */
  hear(headers: Headers, body: unknown): Promise<void>;
  forget(): Promise<void>;
}

/** Sends without signing; throws a Problem for whatever is no good. */
type Send = (request: Request, timeout?: number) => Promise<Response>;

/**
 * Where the refresh token is kept: it is read before each use, so several tabs may share
 * one place. `null` is none.
 */
export interface TokenStore {
  get(): string | null | Promise<string | null>;
  set(token: string | null): unknown;
}

/** Until the page is left. */
export function inMemory(): TokenStore {
  let kept: string | null = null;
  return {
    get: () => kept,
    set: (token) => {
      kept = token;
    },
  };
}

const AUTH = "/api/auth/";
const REFRESH = `${AUTH}app/v1/tokens/refresh`;
// Sent twice, it has to be there twice within the ten seconds that the server allows.
const REFRESH_TIMEOUT = 4000;

export function byTokens(store: TokenStore, baseUrl: string, send: Send): Signing {
  let access = "";
  // The refresh token that came with it; in the store may be that of a later sign-in.
  let beside: string | null = null;
  let pending = "";
  let refreshing: Promise<void> | null = null;

  async function forget(): Promise<void> {
    access = pending = "";
    await store.set(null);
  }

  async function refresh(): Promise<void> {
    const used = await store.get();
    const body = JSON.stringify({ refresh_token: used });
    const headers = { "Content-Type": "application/json" };
    const once = () =>
      send(new Request(baseUrl + REFRESH, { method: "POST", headers, body }), REFRESH_TIMEOUT);
    try {
      // Whoever got no answer does not know whether it is still the newest.
      const response = await once().catch((problem: Problem) => {
        if (problem.status) throw problem;
        return once();
      });
      const answer = fields(await response.json());
      // Nobody may have signed out meanwhile.
      if ((await store.get()) !== null) await take(answer["data"]);
    } catch (problem) {
      const { status, code } = problem as Problem;
      // What a proxy says of its own says nothing of the sign-in.
      const isOver = [400, 401].includes(status) && code !== "bad_answer";
      if (isOver && (await store.get()) === used) await forget();
      throw problem;
    }
  }

  async function take(pair: unknown): Promise<void> {
    const { access_token, refresh_token } = fields(pair);
    access = String(access_token);
    beside = String(refresh_token);
    pending = "";
    await store.set(beside);
  }

  /** Of many who want it at once, one asks. */
  function refreshed(): Promise<void> {
    refreshing ??= refresh().finally(() => {
      refreshing = null;
    });
    return refreshing;
  }

  return {
    client: "app",
    async sign(request) {
      const isSigningIn = request.url.includes(AUTH);
      if (!access && !pending && (await store.get()) !== null) {
        // Whoever is signing in need not be told that an earlier sign-in is over.
        await refreshed().catch((problem: Problem) => {
          if (!isSigningIn || problem.status !== 401) throw problem;
        });
      }
      if (access) request.headers.set("Authorization", `Bearer ${access}`);
      else if (pending && isSigningIn) request.headers.set("X-Session-Token", pending);
      return access || pending;
    },
    async isRenewed(problem, proof) {
      if (problem.code.startsWith("session_")) {
        const kept = await store.get();
        if (kept !== null && kept !== beside) {
          // Another tab has signed in since.
          access = "";
          return true;
        }
        await forget();
      }
      if (problem.status === 410 && proof) {
        // What was begun is over; whoever begins anew need not be told.
        if (proof === pending) pending = "";
        return true;
      }
      if (problem.code !== "invalid_token" || !proof) return false;
      // Another call may have renewed it meanwhile, or another tab have signed out.
      if (proof !== access) return true;
      if ((await store.get()) === null) return false;
      await refreshed();
      return true;
    },
    async hear(_headers, body) {
      const meta = fields(fields(body)["meta"]);
      if (meta["refresh_token"]) await take(meta);
      else if (meta["session_token"]) pending = String(meta["session_token"]);
    },
    forget,
  };
}

export function byCookie(baseUrl: string, send: Send): Signing {
  let told: string | null = null;

  /** The server's cookie can be read where the page is of the same origin. */
  function cookie(): string | null {
    if (new URL(baseUrl, location.href).origin !== location.origin) return null;
    const found = new Map(document.cookie.split("; ").map((each) => {
      const [name = "", ...value] = each.split("=");
      return [name, value.join("=")];
    }));
    return found.get("__Host-csrf") ?? found.get("csrftoken") ?? null;
  }

  async function askForToken(): Promise<void> {
    const response = await send(new Request(`${baseUrl}${AUTH}browser/v1/config`, { credentials: "include" }));
    told = response.headers.get("X-CSRFToken");
  }

  return {
    client: "browser",
    async sign(request) {
      if (request.method === "GET") return "";
      if (!(cookie() ?? told)) await askForToken();
      const token = cookie() ?? told ?? "";
      request.headers.set("X-CSRFToken", token);
      return token;
    },
    async isRenewed(problem) {
      if (problem.code !== "csrf_failed") return false;
      await askForToken();
      return true;
    },
    async hear(headers) {
      told = headers.get("X-CSRFToken") ?? told;
    },
    async forget() {},
  };
}

/** A token that a person made for a program of theirs. */
export function byPersonalToken(token: string): Signing {
  return {
    client: "app",
    async sign(request) {
      request.headers.set("Authorization", `Bearer ${token}`);
      return token;
    },
    isRenewed: async () => false,
    hear: async () => {},
    forget: async () => {},
  };
}
