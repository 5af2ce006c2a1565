#include <cmath>

#include <fmt/format.h>

#include <heed/graph/initializer.h>

namespace heed {

bool operator==(const Initializer& left, const Initializer& right) {
  if (left.kind != right.kind || left.a != right.a || left.b != right.b) return false;
  if (left.values == right.values) return true;
  return left.values && right.values && *left.values == *right.values;
}

Initializer constant_of(double value) {
  return {Initializer::Kind::constant, value, 0, nullptr};
}

Initializer uniform_between(double low, double high) {
  return {Initializer::Kind::uniform, low, high, nullptr};
}

Initializer normal_with(double mean, double standard_deviation) {
  return {Initializer::Kind::normal, mean, standard_deviation, nullptr};
}

Initializer orthogonal() {
  return {Initializer::Kind::orthogonal, 0, 0, nullptr};
}

Initializer values_of(Array values) {
  return {Initializer::Kind::array, 0, 0, std::make_shared<const Array>(std::move(values))};
}

Initializer glorot_uniform(std::int64_t fan_in, std::int64_t fan_out) {
  const double limit = std::sqrt(6.0 / static_cast<double>(fan_in + fan_out));
  return uniform_between(-limit, limit);
}

std::string to_string(const Initializer& initializer) {
  switch (initializer.kind) {
    case Initializer::Kind::constant:
      return fmt::format("constant({})", initializer.a);
    case Initializer::Kind::uniform:
      return fmt::format("uniform({}, {})", initializer.a, initializer.b);
    case Initializer::Kind::normal:
      return fmt::format("normal({}, {})", initializer.a, initializer.b);
    case Initializer::Kind::orthogonal:
      return "orthogonal";
    case Initializer::Kind::array:
      return fmt::format("values({})", to_string(initializer.values->type()));
  }
  return "?";
}

}  // namespace heed
