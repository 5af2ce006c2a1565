// Tokens as BLEU counts them. Knows nothing of scores.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heed {

// mteval_13a: the rules of NIST's mteval-v13a.pl in the form sacreBLEU (Post 2018) gives them, by which
// published scores are compared. none: the text is split at white space alone.
enum class BleuTokenizer : std::uint8_t { mteval_13a, none };

std::string_view name_of(BleuTokenizer tokenizer);    // "13a", "none"
BleuTokenizer bleu_tokenizer(std::string_view name);  // throws Error for any other name

// The tokens of a text with one space between them: "It's 3.14 (approx.)" -> "It's 3.14 ( approx . )".
// White space is what Unicode calls so, as in Python. Throws Error for invalid UTF-8.
std::string bleu_tokens(std::string_view text, BleuTokenizer tokenizer = BleuTokenizer::mteval_13a);

}  // namespace heed
