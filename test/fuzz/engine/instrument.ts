import ts from 'typescript'

/** Names that the code of no module has. */
const pass = '$fuzzPass'
const base = '$fuzzBase'
const allocate = '$fuzzAllocate'

const byteArrays = new Set(['ArrayBuffer', 'Array', 'Uint8Array', 'Int32Array', 'Uint32Array', 'Uint16Array'])
const shortCircuits = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
])

/**
 * Rewrites a module, TypeScript or JavaScript, so that every branch it takes and every array it asks for is told to `coverage.ts`.
 *
 * @param coverageUrl - where the rewritten module finds it
 */
export function instrument(source: string, fileName: string, coverageUrl: string): string {
  let count = 0
  const { outputText } = ts.transpileModule(source, {
    fileName,
    compilerOptions: {
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      allowJs: true,
      removeComments: true,
    },
    transformers: { before: [branches(() => count++)] },
  })
  const head = `import { allocate as ${allocate}, pass as ${pass}, places as $fuzzPlaces } from ${JSON.stringify(coverageUrl)}; const ${base} = $fuzzPlaces(${count});`
  return `${head}\n${outputText}`
}

function branches(next: () => number): ts.TransformerFactory<ts.SourceFile> {
  return (context) => {
    const { factory } = context

    const passed = (): ts.Expression =>
      factory.createCallExpression(factory.createIdentifier(pass), undefined, [
        factory.createAdd(factory.createIdentifier(base), factory.createNumericLiteral(next())),
      ])
    const statement = (): ts.Statement => factory.createExpressionStatement(passed())
    const after = (expression: ts.Expression): ts.Expression =>
      factory.createParenthesizedExpression(factory.createComma(passed(), expression))
    const block = (body: ts.Statement): ts.Statement =>
      ts.isBlock(body) ? body : factory.createBlock([statement(), body])
    const each = <T extends ts.Node>(node: T): T => ts.visitEachChild(node, visit, context)

    function visit(original: ts.Node): ts.Node {
      const node = each(original)
      if (ts.isBlock(node)) return factory.updateBlock(node, [statement(), ...node.statements])
      if (ts.isIfStatement(node)) {
        const otherwise = node.elseStatement
        return factory.updateIfStatement(
          node,
          node.expression,
          block(node.thenStatement),
          otherwise === undefined ? factory.createBlock([statement()]) : block(otherwise),
        )
      }
      if (ts.isForStatement(node)) {
        return factory.updateForStatement(
          node,
          node.initializer,
          node.condition,
          node.incrementor,
          block(node.statement),
        )
      }
      if (ts.isForOfStatement(node)) {
        return factory.updateForOfStatement(
          node,
          node.awaitModifier,
          node.initializer,
          node.expression,
          block(node.statement),
        )
      }
      if (ts.isWhileStatement(node)) return factory.updateWhileStatement(node, node.expression, block(node.statement))
      if (ts.isCaseClause(node)) {
        return factory.updateCaseClause(node, node.expression, [statement(), ...node.statements])
      }
      if (ts.isDefaultClause(node)) return factory.updateDefaultClause(node, [statement(), ...node.statements])
      if (ts.isConditionalExpression(node)) {
        return factory.updateConditionalExpression(
          node,
          node.condition,
          node.questionToken,
          after(node.whenTrue),
          node.colonToken,
          after(node.whenFalse),
        )
      }
      if (ts.isBinaryExpression(node) && shortCircuits.has(node.operatorToken.kind)) {
        return factory.updateBinaryExpression(node, node.left, node.operatorToken, after(node.right))
      }
      if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) {
        return factory.updateArrowFunction(
          node,
          node.modifiers,
          node.typeParameters,
          node.parameters,
          node.type,
          node.equalsGreaterThanToken,
          after(node.body),
        )
      }
      if (ts.isNewExpression(node)) return measured(node)
      if (ts.isCallExpression(node)) return measuredGrowth(node)
      return node
    }

    const told = (size: ts.Expression): ts.Expression =>
      factory.createCallExpression(factory.createIdentifier(allocate), undefined, [size])

    function measured(node: ts.NewExpression): ts.Node {
      const [size, ...rest] = node.arguments ?? []
      if (size === undefined || rest.length > 0) return node
      if (!ts.isIdentifier(node.expression) || !byteArrays.has(node.expression.text)) return node
      return factory.updateNewExpression(node, node.expression, node.typeArguments, [told(size)])
    }

    /** WebAssembly's memory grows by pages, and never shrinks. */
    function measuredGrowth(node: ts.CallExpression): ts.Node {
      const [pages] = node.arguments
      if (pages === undefined || !ts.isPropertyAccessExpression(node.expression)) return node
      if (node.expression.name.text !== 'grow') return node
      const bytes = factory.createMultiply(pages, factory.createNumericLiteral(65_536))
      return factory.createParenthesizedExpression(factory.createComma(told(bytes), node))
    }

    return (file) => each(file)
  }
}
