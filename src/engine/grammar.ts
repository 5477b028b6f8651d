/** `response_format` as a grammar that the sampler obeys. */
import type { Llama, LlamaGrammar } from "node-llama-cpp";
import { messageOf } from "../errors.ts";
import { invalidRequest } from "./engine-error.ts";
import type { Grammar } from "./protocol.ts";

/** node-llama-cpp ends the grammar of a schema with line feeds that it stops at; here the model ends its answer itself. */
const lineFeedsAtTheEnd = / "(?:\\n)+" \[\\n\]\*$/m;

/** @throws EngineError when the grammar or the schema cannot be read */
export async function createGrammar(llama: Llama, grammar: Grammar | null): Promise<LlamaGrammar | null> {
  try {
    switch (grammar?.kind) {
      case undefined:
        return null;
      case "json":
        return await llama.createGrammar({ grammar: jsonObject });
      case "json-schema": {
        const { grammar: text } = await llama.createGrammarForJsonSchema(grammar.schema as never);
        return await llama.createGrammar({ grammar: text.replace(lineFeedsAtTheEnd, "") });
      }
      case "gbnf":
        return await llama.createGrammar({ grammar: grammar.text });
    }
  } catch (error) {
    throw invalidRequest(`the grammar cannot be used: ${messageOf(error)}`, "response_format");
  }
}

/** RFC 8259, with at most one space or line feed where white space may stand: a model cannot fill its answer with it. */
const jsonObject = String.raw`root ::= object
value ::= object | array | string | number | "true" | "false" | "null"
object ::= "{" ws ( string ":" ws value ( "," ws string ":" ws value )* )? ws "}"
array ::= "[" ws ( value ( "," ws value )* )? ws "]"
string ::= "\"" ( [^"\\\x7F\x00-\x1F] | "\\" ( ["\\/bfnrt] | "u" [0-9a-fA-F]{4} ) )* "\""
number ::= "-"? ( "0" | [1-9] [0-9]{0,15} ) ( "." [0-9]{1,15} )? ( [eE] [-+]? [0-9]{1,3} )?
ws ::= ( " " | "\n" )?
`;
