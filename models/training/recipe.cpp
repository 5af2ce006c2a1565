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

std::string_view name_of(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::adam:
      return "adam";
    case OptimizerKind::adadelta:
      return "adadelta";
    case OptimizerKind::sgd:
      return "sgd";
  }
  return "?";
}

OptimizerKind optimizer_kind(std::string_view name) {
  for (const OptimizerKind kind : {OptimizerKind::adam, OptimizerKind::adadelta, OptimizerKind::sgd}) {
    if (name == name_of(kind)) return kind;
  }
  throw Error(fmt::format("there is no optimiser \"{}\"; use adam, adadelta or sgd", name));
}

std::string_view name_of(Schedule::Kind kind) {
  switch (kind) {
    case Schedule::Kind::warmup:
      return "warmup";
    case Schedule::Kind::constant:
      return "constant";
    case Schedule::Kind::halving:
      return "halving";
  }
  return "?";
}

Schedule::Kind schedule_kind(std::string_view name) {
  for (const Schedule::Kind kind :
       {Schedule::Kind::warmup, Schedule::Kind::constant, Schedule::Kind::halving}) {
    if (name == name_of(kind)) return kind;
  }
  throw Error(fmt::format("there is no schedule \"{}\"; use warmup, constant or halving", name));
}

double average_weight(double decay, std::int64_t step) {
  if (decay <= 0) return 1;
  return (1 - decay) / (1 - std::pow(decay, static_cast<double>(step)));
}

}  // namespace heed
