/// The page's styles: system fonts, dark on white, one column of text, charts two abreast where there is room, print.
enum StyleSheet {
    static let text = """
        :root { --ink: #1f2933; --quiet: #52606d; --rule: #cbd2d9; --wash: #f3f5f8; --navy: #1b4f8a; }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body { margin: 0; color: var(--ink); background: #fff; line-height: 1.55; font-size: 1.0625rem;
          font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
        header, main, footer { max-width: 64rem; margin: 0 auto; padding: 0 1.25rem; }
        header { padding-top: 2rem; }
        h1, h2, h3, h4 { line-height: 1.25; font-weight: 650; margin: 0; overflow-wrap: break-word; }
        h1 { font-size: clamp(1.5rem, 1.1rem + 1.6vw, 2.1rem); }
        h2 { font-size: 1.4rem; margin-top: 3rem; padding-top: 1.25rem; border-top: 1px solid var(--rule); }
        h3 { font-size: 1.1rem; margin-top: 1.75rem; }
        p, ul, ol, dl { max-width: 44rem; margin: 0.6rem 0; }
        li { margin: 0.3rem 0; }
        a { color: var(--navy); }
        a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--navy); outline-offset: 2px; }
        .skip { position: absolute; left: -999rem; }
        .skip:focus { position: static; display: inline-block; padding: 0.5rem 1rem; }
        .quiet { color: var(--quiet); }
        .small { font-size: 0.9rem; }
        .answer { background: var(--wash); border-left: 5px solid var(--navy); padding: 1.1rem 1.4rem 1.2rem; margin: 1.5rem 0; }
        .answer h2 { font-size: 1rem; font-weight: 600; color: var(--quiet); margin: 0; padding: 0; border: 0; }
        .answer .headline { font-size: clamp(1.2rem, 1rem + 0.9vw, 1.5rem); line-height: 1.4; font-weight: 550;
          max-width: 50rem; margin: 0.5rem 0 0; }
        .answer .headline + .headline { font-size: 1.1rem; font-weight: 450; }
        .answer { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.75rem 2rem; align-items: center; }
        .answer svg { display: block; width: 100%; max-width: 28rem; height: auto; }
        @media (min-width: 58rem) { .answer { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); } }
        .points { columns: 25rem 2; column-gap: 2.5rem; }
        .points > div { padding-bottom: 0.9rem; }
        .points p { break-inside: avoid; }
        .points h3 { margin-top: 0; break-after: avoid; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 2rem 2.5rem; }
        figure { margin: 1rem 0 0; min-width: 0; }
        figure h3, figure h4 { margin: 0 0 0.6rem; font-size: 1.02rem; }
        figure svg { display: block; width: 100%; max-width: 30rem; height: auto; }
        figcaption { font-size: 0.95rem; margin-top: 0.4rem; max-width: 30rem; }
        details { margin: 0.6rem 0; }
        summary { cursor: pointer; color: var(--navy); font-size: 0.95rem; padding: 0.25rem 0; }
        .scroll { overflow-x: auto; max-width: 100%; margin: 0.75rem 0; }
        table { border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
        table { min-width: 14rem; }
        caption { text-align: left; font-weight: 600; padding-bottom: 0.4rem; }
        caption span { display: block; max-width: calc(100vw - 2.5rem); }
        th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.9rem 0.35rem 0; border-bottom: 1px solid var(--rule); }
        thead th { border-bottom: 2px solid var(--quiet); font-weight: 600; }
        tbody th { font-weight: 400; min-width: 7.5rem; }
        .number { text-align: right; white-space: nowrap; }
        abbr { text-decoration: none; }
        .none { color: var(--quiet); }
        .warnings li { margin: 0.5rem 0; }
        .hash { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 0.82rem; overflow-wrap: anywhere; }
        dt { font-weight: 600; margin-top: 0.7rem; }
        dd { margin: 0; }
        .unanswered { color: #8a2c0d; font-weight: 600; }
        nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; max-width: none; font-size: 0.95rem; }
        nav li { margin: 0; }
        footer { margin-top: 3rem; padding-top: 1rem; padding-bottom: 3rem; border-top: 1px solid var(--rule); }
        @media (max-width: 40rem) {
          body { font-size: 1rem; }
          header, main, footer { padding-left: 1rem; padding-right: 1rem; }
          header { padding-top: 1.25rem; }
          .answer { padding: 0.9rem 1rem 1rem; margin: 1rem -1rem; }
        }
        @media print {
          @page { margin: 16mm 15mm; }
          html { font-size: 9.5pt; }
          body { font-size: 9.5pt; line-height: 1.4; }
          caption span { max-width: none; }
          header, main, footer { max-width: none; padding: 0; }
          .skip, nav { display: none; }
          a { color: inherit; text-decoration: none; }
          h2 { margin-top: 1.8rem; padding-top: 0.9rem; }
          h2, h3, caption { break-after: avoid; }
          figure, tr, .answer, li { break-inside: avoid; }
          .answer { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
          .answer { grid-template-columns: 1fr; }
          .answer .headline { max-width: none; }
          .answer svg { max-width: 100mm; }
          .points { columns: 2; }
          .figures { grid-template-columns: 1fr 1fr; gap: 0.4rem 1.5rem; }
          figure svg { max-width: 82mm; }
          .scroll { overflow: visible; break-inside: avoid; }
          summary { display: none; }
          figure details { display: none; }
        }
        """
}
