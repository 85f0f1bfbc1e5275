// What the tests have the client do: `node tries.js <which> <facts as JSON>` prints what
// came of it, as JSON.
import { type Client, createClient, type Done, ifMatch, inMemory, type Options, Problem, unique } from "@switchboard/client";

interface Facts {
  /** Where the server is. */
  site: string;
  email: string;
  password: string;
  /** A refresh token. */
  refresh: string;
  /** A personal token. */
  personal: string;
}

/** Of what was thrown. */
async function problem(act: Promise<unknown>) {
  try {
    return { answered: await act };
  } catch (found) {
    if (!(found instanceof Problem)) throw found;
    const { status, code, message, errors, retryAfter, stepUp, requestId } = found;
    return { status, code, message, errors, retryAfter, stepUp, hasId: requestId !== null };
  }
}

/** A `fetch` that keeps what was asked. */
function noting() {
  const asked: { request: Request; token: string | null; path: string }[] = [];
  const fetch = (request: Request) => {
    const token = request.headers.get("Authorization");
    asked.push({ request, token, path: new URL(request.url).pathname });
    return globalThis.fetch(request);
  };
  const times = (part: string) => asked.filter(({ path }) => path.includes(part)).length;
  return { asked, fetch, times };
}

const REFRESH = "/tokens/refresh";

const tries: Record<string, (facts: Facts) => Promise<unknown>> = {
  async signing_in({ site, email, password }) {
    const store = inMemory();
    const api = createClient({ baseUrl: site, signIn: { store } });
    const nobody = await problem(api.GET("/api/v1/me"));
    const wrong = await problem(api.step("auth/login", { email, password: "wrong-wrong-wrong" }));
    const { next } = await api.step("auth/login", { email, password });
    const { data } = await api.GET("/api/v1/me");
    const isKept = store.get() !== null;
    await api.signOut();
    const out = await problem(api.GET("/api/v1/me"));
    return { nobody, wrong, next, email: data.email, isKept, out, kept: store.get() };
  },

  async wrong_codes({ site, email, password }) {
    const api = createClient({ baseUrl: site, signIn: { store: inMemory() } });
    const { next } = await api.step("auth/signup", { email, password });
    const told = [];
    for (const key of ["WRONG1", "WRONG2", "WRONG3", "WRONG4"]) {
      told.push(await problem(api.step("auth/email/verify", { key }).then((step) => step.next)));
    }
    const again = await api.step("auth/login", { email, password });
    return { next, told, again: again.next };
  },

  async texted({ site, email, password }) {
    const api = createClient({ baseUrl: site, signIn: { store: inMemory() } });
    const { next } = await api.step("auth/login", { email, password });
    const texted = await api.step("auth/2fa/authenticate", { factor: "sms" });
    return { next, texted: texted.next };
  },

  /** The access token is over when ten calls are made at once. */
  async ten_at_once({ site, email, password }) {
    const noted = noting();
    let over = "";
    const fetch = async (request: Request) => {
      if (over && request.headers.get("Authorization") === over) {
        request.headers.set("Authorization", "Bearer of.no.use");
      }
      return noted.fetch(request);
    };
    const api = createClient({ baseUrl: site, signIn: { store: inMemory() }, fetch });
    await api.step("auth/login", { email, password });
    await api.GET("/api/v1/me");
    over = noted.asked.at(-1)?.token ?? "";
    const ten = await Promise.all(Array.from({ length: 10 }, () => api.GET("/api/v1/me")));
    const again = await api.GET("/api/v1/me");
    return {
      emails: [...new Set([...ten, again].map(({ data }) => data.email))],
      refreshes: noted.times(REFRESH),
      calls: noted.times("/api/v1/me"),
    };
  },

  /** A page is loaded anew: there is a refresh token and no more. */
  async ten_anew({ site, refresh }) {
    const noted = noting();
    const store = inMemory();
    store.set(refresh);
    const api = createClient({ baseUrl: site, signIn: { store }, fetch: noted.fetch });
    await Promise.all(Array.from({ length: 10 }, () => api.GET("/api/v1/me")));
    return { refreshes: noted.times(REFRESH), calls: noted.times("/api/v1/me"), isNew: store.get() !== refresh };
  },

  /** Each refreshes with what the other has left. */
  async two_tabs({ site, refresh }) {
    const store = inMemory();
    store.set(refresh);
    const emails = [];
    for (let tab = 0; tab < 2; tab++) {
      const api = createClient({ baseUrl: site, signIn: { store } });
      emails.push((await api.GET("/api/v1/me")).data.email);
    }
    return { emails };
  },

  /** What one tab has is over, and another has signed in anew. */
  async signed_in_beside({ site, email, password }) {
    const store = inMemory();
    const tabs = [1, 2].map(() => createClient({ baseUrl: site, signIn: { store } }));
    const [one, other] = tabs as [Client, Client];
    await one.step("auth/login", { email, password });
    await other.GET("/api/v1/me");
    await one.signOut();
    await one.step("auth/login", { email, password });
    const again = await problem(other.GET("/api/v1/me").then(({ data }) => data.email));
    return { again, isKept: store.get() !== null };
  },

  /** Of the first refresh the answer is lost. */
  async lost_answer({ site, refresh }) {
    const noted = noting();
    const store = inMemory();
    store.set(refresh);
    const fetch = async (request: Request) => {
      const response = await noted.fetch(request);
      if (noted.times(REFRESH) === 1 && request.url.includes(REFRESH)) throw new TypeError("lost");
      return response;
    };
    const api = createClient({ baseUrl: site, signIn: { store }, fetch });
    const { data } = await api.GET("/api/v1/me");
    return { email: data.email, refreshes: noted.times(REFRESH) };
  },

  async signed_out_elsewhere({ site, email, password, refresh }) {
    const store = inMemory();
    store.set(refresh);
    const api = createClient({ baseUrl: site, signIn: { store } });
    await api.GET("/api/v1/me");
    const other = createClient({ baseUrl: site, signIn: { store: inMemory() } });
    await other.step("auth/login", { email, password });
    await other.POST("/api/v1/me/sessions/revoke-others");
    const over = await problem(api.GET("/api/v1/me"));
    return { over, kept: store.get() };
  },

  /** What was begun is over; whoever signs in with an old token left is not told. */
  async with_something_old({ site, email, password }) {
    const store = inMemory();
    store.set("old");
    const api = createClient({ baseUrl: site, signIn: { store } });
    const old = await api.step("auth/login", { email, password });
    await api.signOut();
    store.set("old");
    return { next: old.next, refused: await problem(api.GET("/api/v1/me")), kept: store.get() };
  },

  async problems({ site, refresh }) {
    const store = inMemory();
    store.set(refresh);
    const api = createClient({ baseUrl: site, signIn: { store } });
    const theme = "pink" as "dark";
    const public_id = "01a21553-ce68-7f91-be39-4c7a4254fa7e";
    return {
      fields: await problem(api.PATCH("/api/v1/me/preferences", { body: { theme } })),
      nothing: await problem(api.GET("/api/v1/notes/{public_id}", { params: { path: { public_id } } })),
      // The sign-in of the test proved nothing lately.
      proof: await problem(api.POST("/api/v1/tokens", { body: { name: "a", scopes: ["notes:read"], days: 1 } })),
    };
  },

  async by_a_personal_token({ site, personal }) {
    const api = createClient({ baseUrl: site, signIn: { token: personal } });
    const texts = [];
    for await (const note of api.rows("/api/v1/notes", { params: { query: { limit: 2, ordering: "created_at" } } })) {
      texts.push(note.text);
    }
    const query = { fields: ["text" as const], limit: 1 };
    const { data } = await api.GET("/api/v1/notes", { params: { query } });
    const beyond = await problem(api.GET("/api/v1/me"));
    return { texts, sparse: data.results, beyond };
  },

  async once({ site, refresh }) {
    const store = inMemory();
    store.set(refresh);
    const api = createClient({ baseUrl: site, signIn: { store } });
    const headers = { "Idempotency-Key": unique() };
    const say = (words: string) => api.POST("/api/v1/messages", { body: { words }, headers });
    const [first, second] = [await say("buy milk"), await say("buy milk")];
    const told = ({ response }: Done<unknown>) => response.headers.get("Idempotent-Replayed");
    const another = await api.POST("/api/v1/messages", { body: { words: "buy milk" } });
    return {
      ids: [first, second, another].map(({ data }) => data.id),
      replayed: [first, second, another].map(told),
      reused: await problem(say("buy eggs")),
    };
  },

  async versions({ site, refresh }) {
    const store = inMemory();
    store.set(refresh);
    const api = createClient({ baseUrl: site, signIn: { store } });
    const read = await api.GET("/api/v1/me/preferences");
    const change = (theme: "dark" | "light", of: Done<unknown>) =>
      api.PATCH("/api/v1/me/preferences", { body: { theme }, params: { header: ifMatch(of) } });
    const changed = await change("dark", read);
    const same = { "If-None-Match": changed.response.headers.get("ETag") ?? "" };
    return {
      late: await problem(change("light", read)),
      same: await problem(api.GET("/api/v1/me/preferences", { params: { header: same } })),
      next: (await change("light", changed)).data.theme,
    };
  },

  /** Something that is no Switchboard; it says itself how often it was asked. */
  async another_server({ site }) {
    const options: Options = { baseUrl: site, signIn: { token: "sbpat_x" }, timeout: 300 };
    const api = createClient({ ...options });
    const away = createClient({ ...options, baseUrl: "http://127.0.0.1:1" });
    const store = inMemory();
    store.set("kept");
    const behind = createClient({ ...options, signIn: { store } });
    const stop = new AbortController();
    const stopped = api.GET("/api/v1/features", { signal: stop.signal }).catch((error: Error) => error.name);
    stop.abort();
    return {
      stopped: await stopped,
      page: await problem(api.GET("/api/v1/me")),
      welcome: await problem(api.GET("/api/v1/memory")),
      slow: await problem(api.GET("/api/v1/features")),
      slowly: await problem(api.GET("/api/v1/features", { timeout: 5000 })),
      away: await problem(away.GET("/api/v1/me")),
      busy: await problem(api.POST("/api/v1/messages", { body: { words: "hello" } })),
      unsafe: await problem(api.PATCH("/api/v1/me", { body: { name: "A" } })),
      often: await problem(api.GET("/api/v1/notes")),
      outside: await problem(behind.GET("/api/v1/me")),
      kept: await store.get(),
    };
  },
};

const [which = "", facts = "{}"] = process.argv.slice(2);
console.log(JSON.stringify(await tries[which]?.(JSON.parse(facts))));
