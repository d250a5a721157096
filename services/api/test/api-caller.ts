import { PASSWORD } from './served-plants.js';

export interface Answer {
  readonly status: number;
  readonly data: Record<string, unknown> | null;
  readonly codes: readonly string[];
  readonly text: string;
}

interface Body {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

/** A program that uses the api; one per signed-in person. */
export class ApiCaller {
  constructor(
    readonly url: string,
    readonly token: string | null = null,
  ) {}

  /** Signs in as the console does and keeps the token of the cookie. */
  static async signedIn(url: string, email: string): Promise<ApiCaller> {
    const response = await new ApiCaller(url).post({
      query: 'mutation ($email: String!, $password: String!) { signIn(email: $email, password: $password) { id } }',
      variables: { email, password: PASSWORD },
    });
    const cookie = response.headers.get('set-cookie') ?? '';
    const token = /^telltale_session=([^;]+);/.exec(cookie)?.[1];
    if (!token) throw new Error(`${email} could not sign in: ${await response.text()}`);
    return new ApiCaller(url, token);
  }

  post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-telltale-request': '1',
        ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  async ask(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
    const response = await this.post({ query, variables });
    const text = await response.text();
    const body = JSON.parse(text) as Body;
    return {
      status: response.status,
      data: body.data ?? null,
      codes: (body.errors ?? []).map(({ extensions }) => extensions?.code ?? 'none'),
      text,
    };
  }
}
