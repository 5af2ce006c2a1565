#include <array>
#include <cmath>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/training/recipe.h>

namespace heed {

std::string_view name_of(Judge judge) {
  switch (judge) {
    case Judge::perplexity:
      return "perplexity";
    case Judge::bleu:
      return "bleu";
    case Judge::exact_match:
      return "exact match";
  }
  return "?";
}

Judge judge_of(std::string_view name) {
  for (const Judge judge : {Judge::perplexity, Judge::bleu, Judge::exact_match}) {
    if (name == name_of(judge)) return judge;
  }
  throw Error(fmt::format("validation is not judged by \"{}\"; use perplexity, bleu or exact match", name));
}

double average_weight(double decay, std::int64_t step) {
  if (decay <= 0) return 1;
  return (1 - decay) / (1 - std::pow(decay, static_cast<double>(step)));
}

}  // namespace heed
