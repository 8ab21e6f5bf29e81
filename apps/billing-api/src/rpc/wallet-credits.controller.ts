import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { isRefusal, type Pence } from '@holdfast/kernel';
import { JournalReader, Ledger, organizationNotFound, type CreditsAdded, type WalletView } from '@holdfast/ledger';
import { CurrentCaller, nameOf, OperatorOnly, Problems, type Caller } from '@holdfast/platform';
import { failed, toStoredFunctionAnswer, type StoredFunctionAnswer } from './stored-function-answer';
import { mayReach } from './stored-function-arguments';
import { OLD_CLIENTS, RPC_PATH } from './rpc-path';
import {
  ADD_CREDITS_ANSWERS,
  addCreditsArguments,
  type AddCreditsArguments,
  SUMMARY_ANSWERS,
  summaryArguments,
  type SummaryArguments,
} from './wallet-credits.dto';

type Added = Omit<CreditsAdded, 'replayed'> & { readonly duplicate: boolean };
type Summary = WalletView & { readonly activeReservationsPence: Pence };

@ApiTags(OLD_CLIENTS)
@ApiSecurity('key')
@Controller(RPC_PATH)
export class WalletCreditsController {
  constructor(
    private readonly ledger: Ledger,
    private readonly journal: JournalReader,
  ) {}

  @Post('add_wallet_credits')
  @HttpCode(200)
  @OperatorOnly()
  @ApiOperation({
    summary: 'Add credits: top-up, bonus, refund or adjustment (operators)',
    description:
      'With `p_idempotency_key` a repeat answers the first result (`duplicate`) and adds nothing. **Without it every call ' +
      'adds again**, as it always did: give one.',
  })
  @ApiOkResponse({ content: { 'application/json': { examples: ADD_CREDITS_ANSWERS } } })
  @Problems()
  async add(
    @CurrentCaller() caller: Caller,
    @Body({ schema: addCreditsArguments }) args: AddCreditsArguments,
  ): Promise<StoredFunctionAnswer<Added>> {
    const answer = await this.ledger.addCredits({
      orgId: args.p_org_id,
      type: args.p_type,
      amountPence: args.p_amount_pence,
      description: args.p_description,
      idempotencyKey: args.p_idempotency_key ?? null,
      createdBy: nameOf(caller),
    });
    if (isRefusal(answer)) {
      return answer.code === 'idempotency_key_reused'
        ? failed('duplicate_request', { code: answer.code })
        : toStoredFunctionAnswer<never>(answer);
    }
    const { replayed, ...added } = answer;
    return toStoredFunctionAnswer({ ...added, duplicate: replayed });
  }

  @Post('get_wallet_summary')
  @HttpCode(200)
  @ApiOperation({ summary: 'The wallet now', description: 'Balance, what is held for running calls, what is owed.' })
  @ApiOkResponse({ content: { 'application/json': { examples: SUMMARY_ANSWERS } } })
  @Problems()
  async summary(
    @CurrentCaller() caller: Caller,
    @Body({ schema: summaryArguments }) { p_org_id: orgId }: SummaryArguments,
  ): Promise<StoredFunctionAnswer<Summary>> {
    const wallet = mayReach(caller, orgId) ? await this.journal.wallet(orgId) : null;
    if (!wallet) return toStoredFunctionAnswer<never>(organizationNotFound());
    return toStoredFunctionAnswer({ ...wallet, activeReservationsPence: wallet.heldPence });
  }
}
