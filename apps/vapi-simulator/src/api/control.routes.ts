import type { CallBook } from '../calls/call-book';
import { controlCommandSchema } from '../calls/control-command';
import { type ApiRoute, badRequest, refusal } from './api-route';

/**
 * The control URL of a live call. Vapi documents neither its answers nor what it says once the call is over; here a
 * command that was taken answers 200, a call that is over 404.
 */
export function controlRoutes(calls: CallBook): ApiRoute[] {
  return [
    {
      method: 'POST',
      path: /^\/control\/([^/]+)$/,
      open: true,
      answer: ({ id, body }) => {
        const line = calls.line(id);
        if (!line || line.life.call.status === 'ended') return refusal(404, `Call with ID ${id} not found.`);
        if (line.life.call.overrides.monitorPlan?.controlEnabled === false)
          return refusal(404, 'Live control is not enabled for this call.');
        const command = controlCommandSchema.safeParse(body);
        if (!command.success) return badRequest(command.error);
        if (line.controlFailsNow()) {
          line.control.fail(command.data);
          return refusal(500, 'control plane unavailable');
        }
        line.control.carryOut(command.data);
        return { status: 200, body: { success: true } };
      },
    },
  ];
}
