#include <string>

#include <doctest/doctest.h>

#include <heed/graph/error.h>
#include <heed/models/text/bleu_tokens.h>

using namespace heed;

TEST_CASE("13a gives the tokens of sacreBLEU 2.6.0") {
  struct Row {
    std::string text, tokens;
  };
  const Row rows[] = {
      {"Hello, world! It's 3.14 (approx.) -- or 1,000 -- isn't it?",
       "Hello , world ! It's 3.14 ( approx . ) -- or 1,000 -- isn't it ?"},
      {"A 5-year-old boy; e-mail: a@b.com, 50% & $3.50/hr.",
       "A 5 - year-old boy ; e-mail : a @ b . com , 50 % & $ 3.50 / hr ."},
      {"He said \"hi\" and 'bye' [sic] {x}~y|z.", "He said \" hi \" and 'bye' [ sic ] { x } ~ y | z ."},
      {"&quot;AT&amp;T&quot; &lt;b&gt;", "\" AT & T \" < b >"},
      {"Ein Mann fährt Fahrrad, z.B. um 12.30 Uhr.", "Ein Mann fährt Fahrrad , z . B . um 12.30 Uhr ."},
      {"„Zitat“ – Straße…", "„Zitat“ – Straße…"},
      {"U.S. 1999-2000, v2.0.", "U . S . 1999 - 2000 , v2.0 ."},
      {".5 and 5. and ,5", ". 5 and 5 . and , 5"},
      {"3.a a.3 a.b 3.4 ..5", "3 . a a . 3 a . b 3.4 . .5"},
      {"wait... what,,no", "wait . . . what , , no"},
      {"10-20 x-y -5 5-", "10 - 20 x-y -5 5 -"},
      {"a_b^c\\d*e+f<g=h>i?j#k", "a _ b ^ c \\ d * e + f < g = h > i ? j # k"},
      {"a <skipped>b &amp;lt; c", "a b < c"},
      {"hyphen-\nated, line\nbreak-\n", "hyphenated , line break-"},
      {"no\u00A0break\u3000wide \t.", "no break wide ."},
      {"é.5 5.é 5,é", "é . 5 5 . é 5 , é"},
      {" \t ", ""},
      {"", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(bleu_tokens(row.text) == row.tokens);
  }
}

TEST_CASE("without a tokenizer text is split at white space alone") {
  CHECK(bleu_tokens("  Hello,  world!\u00A0&amp; 5-6\n", BleuTokenizer::none) == "Hello, world! &amp; 5-6");
}

TEST_CASE("tokenizers have the names of sacreBLEU") {
  CHECK(bleu_tokenizer("13a") == BleuTokenizer::mteval_13a);
  CHECK(bleu_tokenizer("none") == BleuTokenizer::none);
  CHECK_THROWS_WITH_AS(bleu_tokenizer("intl"), R"(there is no BLEU tokenizer "intl"; use "13a" or "none")",
                       Error);
}

TEST_CASE("what is no UTF-8 has no tokens") {
  CHECK_THROWS_AS(bleu_tokens("gr\xFCn"), Error);
  CHECK_THROWS_AS(bleu_tokens("gr\xFCn", BleuTokenizer::none), Error);
}
