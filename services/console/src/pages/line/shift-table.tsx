import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ShiftPartsFragment } from '../../generated/graphql';
import { formatDay, formatNumber, formatPercent, formatTime } from '../../format/format';
import { useText } from '../../i18n/text';
import { Completeness } from '../../parts/figure';
import { shiftName } from './shift-name';
import { useFormats } from '../../shell/site-context';

interface ShiftTableProps {
  readonly shifts: readonly ShiftPartsFragment[];
  readonly label: string;
  readonly chosenId?: string;
  readonly onChoose?: (id: string) => void;
}

export function ShiftTable({ shifts, label, chosenId, onChoose }: ShiftTableProps): ReactNode {
  const { t } = useText();
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={label}>
      <table className="grid fold">
        <thead>
          <tr>
            <th scope="col">{t('yield.shift')}</th>
            <th scope="col" className="num">{t('yield.yield')}</th>
            <th scope="col" className="num">{t('yield.oee')}</th>
            <th scope="col" className="num">{t('yield.scrap')}</th>
            <th scope="col" className="num">{t('yield.good')}</th>
            <th scope="col" className="num">{t('yield.data')}</th>
            <th scope="col">{t('yield.status')}</th>
          </tr>
        </thead>
        <tbody>
          {shifts.map((shift) => (
            <ShiftRow key={shift.id} shift={shift} isChosen={shift.id === chosenId} onChoose={onChoose} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Ratio({ value, target }: { readonly value: number | null | undefined; readonly target?: number | null | undefined }): ReactNode {
  const { locale } = useFormats();
  const isShort = typeof value === 'number' && typeof target === 'number' && value < target - 0.0005;
  return (
    <span className={isShort ? 'off' : undefined}>
      {isShort && <span aria-hidden="true">▼ </span>}
      {formatPercent(locale, value)}
    </span>
  );
}

interface ShiftRowProps {
  readonly shift: ShiftPartsFragment;
  readonly isChosen: boolean;
  readonly onChoose: ((id: string) => void) | undefined;
}

function ShiftRow({ shift, isChosen, onChoose }: ShiftRowProps): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const { figures } = shift;
  const name = (
    <>
      <span className="strong">{formatDay(formats.locale, shift.shift.productionDay)}</span> {shiftName(shift.shift.name, t)}{' '}
      <span className="dim small nowrap">
        {formatTime(formats, shift.shift.start)}–{formatTime(formats, shift.shift.end)}
      </span>
    </>
  );
  return (
    <tr className={isChosen ? 'chosen' : undefined} data-testid="shift-row">
      <td>
        {onChoose ? (
          <UnstyledButton fz={15} mih={32} aria-pressed={isChosen} onClick={() => onChoose(shift.id)} style={{ textDecoration: 'underline', textUnderlineOffset: 3 }}>
            {name}
          </UnstyledButton>
        ) : (
          name
        )}
      </td>
      <td className="num" data-label={t('yield.yield')}>
        <Ratio value={figures.yield} target={figures.targetYield} />
      </td>
      <td className="num" data-label={t('yield.oee')}>
        <Ratio value={figures.oee} target={figures.targetOee} />
      </td>
      <td className="num" data-label={t('yield.scrap')}>
        <Ratio value={figures.scrap} />
      </td>
      <td className="num" data-label={t('yield.good')}>
        {formatNumber(formats.locale, figures.goodQuantity, 0)}
      </td>
      <td className="num small" data-label={t('yield.data')}>
        <Completeness share={figures.completeness} />
      </td>
      <td className="small dim" data-label={t('yield.status')}>
        {t(`yield.${shift.status}`)}
      </td>
    </tr>
  );
}
