import type { Locator, Page } from 'playwright-core';

export interface Filling {
  /** By name: what an operator types into a parameter. Everything else stays as it is offered. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** What an operator changes of the offered body. */
  readonly body?: (offered: string) => string;
}

export interface Executed {
  readonly status: number;
  readonly sent: string | null;
  readonly answer: string;
}

/** Swagger UI as an operator uses it: by its buttons and fields. */
export class SwaggerUi {
  constructor(private readonly page: Page) {}

  async authorize(key: string): Promise<void> {
    await this.page.locator('.auth-wrapper .btn.authorize').click();
    const dialog = this.page.locator('.dialog-ux');
    await dialog.locator('input').fill(key);
    await dialog.locator('button.authorize').click();
    await dialog.locator('button.btn-done').click();
  }

  /** "POST /api/…" of every route on the page. */
  async routes(): Promise<string[]> {
    await this.page.locator('.opblock').first().waitFor();
    return this.page.locator('.opblock').evaluateAll((blocks) =>
      blocks.map((block) => {
        const method = block.querySelector('.opblock-summary-method')?.textContent;
        return `${method} ${block.querySelector('.opblock-summary-path')?.getAttribute('data-path')}`;
      }),
    );
  }

  /** Opens the route, presses "Try it out" and "Execute", and closes it again. */
  async execute(route: string, { parameters = {}, body }: Filling = {}): Promise<Executed> {
    const block = this.blockOf(route);
    await block.locator('.opblock-summary-control').click();
    await block.locator('button.try-out__btn').click();
    for (const [name, value] of Object.entries(parameters)) {
      await block.locator(`tr[data-param-name="${name}"] input`).fill(value);
    }
    if (body) {
      const offered = block.locator('textarea.body-param__text');
      await offered.fill(body(await offered.inputValue()));
    }
    const answered = this.page.waitForResponse((response) => response.request().resourceType() === 'fetch');
    await block.locator('button.execute').click();
    const response = await answered;
    // What the page shows, not only what went over the wire: a parameter it refuses to send is shown here as well.
    const shown = block.locator('.live-responses-table .response-col_status').last();
    await shown.waitFor();
    const status = parseInt((await shown.textContent()) ?? '', 10);
    await block.locator('.opblock-summary-control').click();
    return { status, sent: response.request().postData(), answer: await response.text() };
  }

  private blockOf(route: string): Locator {
    const [method, path] = route.split(' ') as [string, string];
    return this.page
      .locator('.opblock')
      .filter({ has: this.page.locator(`.opblock-summary-path[data-path="${path}"]`) })
      .filter({ has: this.page.locator('.opblock-summary-method', { hasText: new RegExp(`^${method}$`) }) });
  }
}
