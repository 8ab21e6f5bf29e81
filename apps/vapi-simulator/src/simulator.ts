import { ApiServer } from './api/api-server';
import { callRoutes } from './api/call.routes';
import { controlRoutes } from './api/control.routes';
import { phoneNumberPageRoute } from './api/phone-number-page.route';
import { phoneNumberRoutes } from './api/phone-number.routes';
import { type Assistant, assistantWithId } from './calls/assistant';
import { CallBook, type InboundCall, type OutboundCall, type WebCall } from './calls/call-book';
import type { CarriedOutCommand } from './calls/call-control';
import type { SimulatedCall } from './calls/simulated-call';
import { SeededRandom } from './chance/seeded-random';
import { Courier } from './delivery/courier';
import { type DeliveryFaults, FaultPlan } from './delivery/delivery-faults';
import type { DeliveryLog } from './delivery/delivery-log';
import { ACCOUNT_CREDENTIAL_ID } from './delivery/webhook-credentials';
import { WebhookSender } from './delivery/webhook-sender';
import { PhoneNumberRegistry } from './phone-numbers/phone-number-registry';
import type { PurchaseMishap } from './phone-numbers/purchase-mishap';
import { Schedule } from './time/schedule';
import { SimulatedClock } from './time/simulated-clock';

const WEBHOOK_PATH = '/api/vapi/webhook';

export interface SimulatorOptions {
  /** 0 (default): the kernel picks one. */
  port?: number;
  clock?: SimulatedClock;
  faults?: Partial<DeliveryFaults>;
  seed?: string | number;
  /** Base URL of the engine; may be given later with `pointAt`, since each side needs to know the other. */
  engineUrl?: string;
  /** `X-Vapi-Secret` of every webhook. */
  secret?: string;
  hmacSecret?: string;
  /** The key the engine must show; without it any bearer token does. */
  apiKey?: string;
  /** How long a new Vapi number stays `activating` (simulated seconds). */
  activatingSeconds?: number;
}

export interface Simulator {
  /** The API (the SDK's `baseUrl`) and the control URLs. */
  readonly url: string;
  readonly clock: SimulatedClock;
  readonly phoneNumbers: PhoneNumberRegistry;
  /** Used up one by one by POST /phone-number. */
  readonly purchaseMishaps: PurchaseMishap[];
  readonly deliveries: DeliveryLog;
  /** Everything the control URLs carried out, of all calls. */
  readonly commands: readonly CarriedOutCommand[];
  pointAt(engineUrl: string): void;
  /** Settings of an assistant; one that was never described has defaults. */
  describeAssistant(assistant: Partial<Assistant> & { id: string }): void;
  inbound(call: InboundCall): SimulatedCall;
  outbound(call: OutboundCall): SimulatedCall;
  web(call: WebCall): SimulatedCall;
  call(id: string): SimulatedCall | undefined;
  calls(): SimulatedCall[];
  /** The caller hangs up now. False when the call was over already. */
  hangUp(id: string): boolean;
  /** Resolves when the call is over. */
  ended(id: string): Promise<SimulatedCall>;
  /** Resolves when every ended call was reported and nothing is under way to the engine. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const IDLE_POLL_REAL_MS = 10;

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const schedule = new Schedule(options.clock ?? new SimulatedClock());
  const random = new SeededRandom(options.seed ?? 1);
  const faults = new FaultPlan(random.fork('faults'), options.faults);
  const sender = new WebhookSender();
  const courier = new Courier(schedule, sender, faults, { secret: options.secret, hmacSecret: options.hmacSecret });
  const phoneNumbers = new PhoneNumberRegistry(schedule, random.fork('numbers'), options.activatingSeconds);
  const assistants = new Map<string, Assistant>();
  const purchaseMishaps: PurchaseMishap[] = [];
  let engineUrl = options.engineUrl;
  let url = '';

  const calls = new CallBook(
    {
      schedule,
      courier,
      random: random.fork('calls'),
      organisationServer: () => ({
        url: engineUrl && new URL(WEBHOOK_PATH, engineUrl).href,
        credentialId: ACCOUNT_CREDENTIAL_ID,
      }),
      assistant: (id) => assistants.get(id) ?? assistantWithId(id),
      inflated: (call) => faults.inflationOf(call.label),
    },
    phoneNumbers,
    faults,
    () => url,
  );
  const routes = [
    ...controlRoutes(calls),
    ...callRoutes(calls),
    ...phoneNumberRoutes(phoneNumbers, purchaseMishaps),
    phoneNumberPageRoute(phoneNumbers),
  ];
  const server = new ApiServer(routes, options.apiKey);
  url = await server.listen(options.port ?? 0);

  return {
    url,
    clock: schedule.clock,
    phoneNumbers,
    purchaseMishaps,
    deliveries: courier.log,
    commands: calls.commands,
    pointAt: (newUrl) => void (engineUrl = newUrl),
    describeAssistant: (assistant) => void assistants.set(assistant.id, assistantWithId(assistant.id, assistant)),
    inbound: (call) => calls.inbound(call),
    outbound: (call) => calls.outbound(call),
    web: (call) => calls.web(call),
    call: (id) => calls.get(id),
    calls: () => calls.all(),
    hangUp: (id) => calls.line(id)?.life.end('customer-ended-call') ?? false,
    ended: async (id) => {
      const line = calls.line(id);
      if (!line) throw new Error(`no call ${id}`);
      await line.life.ended;
      return line.life.call;
    },
    idle: async () => {
      const unreported = () => calls.all().some((call) => call.status === 'ended' && !call.reported);
      while (unreported() || courier.underWayCount > 0) {
        await new Promise((resolve) => setTimeout(resolve, IDLE_POLL_REAL_MS));
      }
    },
    close: async () => {
      schedule.stop();
      sender.close();
      await server.close();
    },
  };
}
