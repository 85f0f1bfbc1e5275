// In a real browser: what a page does with the cookie, or with tokens.
import { createClient, ifMatch, inMemory, Problem } from "@switchboard/client";

export async function tried(site: string, how: "cookie" | "tokens", email: string, password: string) {
  const api = createClient({ baseUrl: site, signIn: how === "cookie" ? "cookie" : { store: inMemory() } });
  const nobody: unknown = await api.GET("/api/v1/me").catch((problem: Problem) => problem.code);
  const { next } = await api.step("auth/login", { email, password });
  const read = await api.GET("/api/v1/me/preferences");
  const body = { theme: read.data.theme === "dark" ? "light" : "dark" } as const;
  const written = await api.PATCH("/api/v1/me/preferences", { body, params: { header: ifMatch(read) } });
  const said = await api.POST("/api/v1/messages", { body: { words: "buy milk" } });
  const late = await api
    .PATCH("/api/v1/me/preferences", { body, params: { header: ifMatch(read) } })
    .catch((problem: Problem) => [problem.code, problem.requestId !== null]);
  await api.signOut();
  const out: unknown = await api.GET("/api/v1/me").catch((problem: Problem) => problem.status);
  return { nobody, next, theme: written.data.theme, id: said.data.id, late, out };
}
