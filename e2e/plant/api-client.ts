/** A signed-in user of the GraphQL api, as a program sees it. */
export class ApiClient {
  private constructor(
    private readonly url: string,
    private readonly cookie: string,
  ) {}

  static async signIn(url: string, email: string, password: string): Promise<ApiClient> {
    const answer = await post(url, '', 'mutation($email: String!, $password: String!) { signIn(email: $email, password: $password) { id } }', { email, password });
    const cookie = answer.headers.getSetCookie().map((text) => text.split(';')[0]).join('; ');
    const body = (await answer.json()) as { errors?: readonly { message: string }[] };
    if (body.errors !== undefined || cookie === '') throw new Error(`sign-in as ${email} failed: ${JSON.stringify(body)}`);
    return new ApiClient(url, cookie);
  }

  /** The data of an operation; throws with the api's own words when it is refused. */
  async ask<T>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const { data, errors } = await this.raw<T>(query, variables);
    if (errors !== undefined || data === undefined) throw new Error(`${query.slice(0, 120)}: ${JSON.stringify(errors)}`);
    return data;
  }

  async raw<T>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<{ status: number; data?: T; errors?: readonly { message: string; extensions?: { code?: string } }[] }> {
    const answer = await post(this.url, this.cookie, query, variables);
    return { status: answer.status, ...((await answer.json()) as object) };
  }

  get cookieHeader(): string {
    return this.cookie;
  }
}

function post(url: string, cookie: string, query: string, variables: Readonly<Record<string, unknown>>): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-telltale-request': '1', cookie },
    body: JSON.stringify({ query, variables }),
  });
}
