/** For a screen and for A4. */
export const REPORT_STYLE = `
:root { color-scheme: light }
body { margin: 0; background: #fff; color: #14211f; font: 15px/1.6 'PingFang SC', 'HarmonyOS Sans SC', 'Noto Sans SC', 'Noto Sans CJK SC', 'Microsoft YaHei', system-ui, sans-serif; font-variant-numeric: tabular-nums }
main { max-width: 800px; margin: 0 auto; padding: 24px 20px 48px }
h1 { margin: 0; font-size: 1.6em } h2 { margin: 28px 0 8px; font-size: 1.15em } h3 { margin: 16px 0 4px; font-size: 1em }
p { margin: 4px 0 } ul { margin: 0; padding: 0; list-style: none }
[lang=en] { color: #4a5a57; font-size: .92em }
.kind { color: #4a5a57; font-weight: 600 }
.code { font-family: ui-monospace, 'Cascadia Mono', Menlo, monospace; font-size: .86em; overflow-wrap: anywhere }
header { margin: 8px 0 16px; padding: 16px 20px; border: 1px solid; border-radius: 8px }
header [lang=en] { color: inherit }
.valid { color: #0f6b4f } .invalid, .unreadable { color: #b3261e } .indeterminate { color: #92500a }
.verdict { float: right; font-size: .9em }
.verdict [lang=en] { color: inherit }
dl { display: grid; grid-template-columns: minmax(11em, auto) 1fr; gap: 4px 16px; margin: 0 }
dt { color: #4a5a57 } dd { margin: 0; min-width: 0; overflow-wrap: anywhere }
table { width: 100%; margin-top: 12px; border-collapse: collapse }
caption { text-align: left; font-weight: 600 }
td { padding: 4px 8px 4px 0; border-top: 1px solid #d9e0de; vertical-align: top }
td:first-child { width: 1.4em; font-weight: 700 } td:last-child { width: 30% }
.pass td:first-child { color: #0f6b4f } .fail { color: #b3261e } .warn td:first-child, .not-checked td:first-child { color: #92500a }
section { padding-bottom: 4px; border-top: 2px solid #14211f1f }
@media (max-width: 560px) { dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: 8px } .verdict { float: none } }
@page { size: A4; margin: 16mm }
@media print { body { font-size: 10.5pt } main { max-width: none; padding: 0 } h2, caption { break-after: avoid } tr, dt, dd { break-inside: avoid } header { print-color-adjust: exact } }
`
