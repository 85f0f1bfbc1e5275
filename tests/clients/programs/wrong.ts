// Each mistake has to be one: where it compiles, the line above it does not.
import { createClient, inMemory } from "@switchboard/client";

const api = createClient({ baseUrl: "", signIn: { store: inMemory() } });

export async function mistakes(): Promise<unknown[]> {
  // @ts-expect-error there is no such address
  await api.GET("/api/v1/nothing");
  // @ts-expect-error it cannot be posted to
  await api.POST("/api/v1/me");
  // @ts-expect-error it takes a body
  await api.POST("/api/v1/messages");
  // @ts-expect-error it has no such field
  await api.POST("/api/v1/messages", { body: { text: "hello" } });
  // @ts-expect-error that is no theme
  await api.PATCH("/api/v1/me/preferences", { body: { theme: "pink" } });
  // @ts-expect-error it has no such field beside the one that there is
  await api.PATCH("/api/v1/me/preferences", { body: { theme: "dark", thme: "dark" } });
  // @ts-expect-error nor does a list have such a limit
  await api.GET("/api/v1/notes", { params: { query: { limt: 3 } } });
  // @ts-expect-error that would be a field of the body
  await api.PATCH("/api/v1/me/preferences", { body: { theme: "dark" }, theme: "dark" });
  // @ts-expect-error it says no id
  await api.GET("/api/v1/notes/{public_id}");
  // @ts-expect-error there is no such step
  await api.step("auth/guess", {});
  // @ts-expect-error a sign-in needs a password
  await api.step("auth/login", { email: "alice@example.com" });
  // @ts-expect-error that is no list
  api.rows("/api/v1/me");
  // @ts-expect-error how one signs in is to be said
  createClient({ baseUrl: "" });
  const me = await api.GET("/api/v1/me");
  const notes = await api.GET("/api/v1/notes", { params: { query: { fields: ["id"] } } });
  const first = (await api.GET("/api/v1/notes")).data.results[0];
  return [
    // @ts-expect-error it has no such field
    me.data.nickname,
    // @ts-expect-error only its ids were asked for
    notes.data.results[0]?.text.length,
    // @ts-expect-error there may be none
    first.text,
    // Whole rows have all.
    first?.text.length,
  ];
}
