import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { isRefusal } from '@holdfast/kernel';
import { Ledger, organizationNotFound, type AssetDeducted } from '@holdfast/ledger';
import { CurrentCaller, nameOf, Problems, refuse, type Caller } from '@holdfast/platform';
import {
  DEDUCT_ASSET_COST_ANSWERS,
  deductAssetCostArguments,
  type DeductAssetCostArguments,
} from './deduct-asset-cost.dto';
import { KeyedTransactions } from './keyed-transactions';
import { failed, toStoredFunctionAnswer, type FailedCall, type StoredFunctionAnswer } from './stored-function-answer';
import { mayReach } from './stored-function-arguments';
import { OLD_CLIENTS, RPC_PATH } from './rpc-path';

type Answer = StoredFunctionAnswer<Omit<AssetDeducted, 'replayed'>>;

@ApiTags(OLD_CLIENTS)
@ApiSecurity('key')
@Controller(RPC_PATH)
export class DeductAssetCostController {
  constructor(
    private readonly ledger: Ledger,
    private readonly keyed: KeyedTransactions,
  ) {}

  @Post('check_balance_and_deduct_asset_cost')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Charge an asset',
    description:
      'Atomic, from the effective balance only (assets are zero-debt). A used key answers `duplicate_request` with what ' +
      'its first use did, and charges nothing; if that was another request, `code` says `idempotency_key_reused`.',
  })
  @ApiOkResponse({ content: { 'application/json': { examples: DEDUCT_ASSET_COST_ANSWERS } } })
  @Problems()
  async deduct(
    @CurrentCaller() caller: Caller,
    @Body({ schema: deductAssetCostArguments }) args: DeductAssetCostArguments,
  ): Promise<Answer> {
    const { p_org_id: orgId, p_idempotency_key: idempotencyKey } = args;
    if (!mayReach(caller, orgId)) return toStoredFunctionAnswer<never>(organizationNotFound());
    if (!idempotencyKey)
      throw refuse('idempotency_key_required', 'Give p_idempotency_key: one of yours for each purchase.');
    const answer = await this.ledger.deductAsset({
      orgId,
      assetType: args.p_asset_type,
      costPence: args.p_cost_pence,
      description: args.p_description,
      idempotencyKey,
      createdBy: nameOf(caller),
    });
    if (isRefusal(answer)) {
      return answer.code === 'idempotency_key_reused'
        ? this.duplicate(orgId, idempotencyKey, { code: answer.code })
        : toStoredFunctionAnswer<never>(answer);
    }
    const { replayed, ...deducted } = answer;
    return replayed ? this.duplicate(orgId, idempotencyKey) : toStoredFunctionAnswer(deducted);
  }

  private async duplicate(orgId: string, idempotencyKey: string, facts: object = {}): Promise<FailedCall> {
    return failed('duplicate_request', { ...facts, ...(await this.keyed.firstUse(orgId, idempotencyKey)) });
  }
}
