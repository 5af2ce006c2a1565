// The flags of heed-translate train.
#include <memory>

#include "command_line.h"
#include "commands.h"

#include <heed/models/model_config.h>

namespace heed::translate {

namespace {

void add_recurrent_flags(CLI::App* command, TrainFlags& flags) {
  command->add_option("--optimizer", flags.optimizer, "adam, adadelta or sgd (what the preset says)")
      ->check(CLI::IsMember({"adam", "adadelta", "sgd"}));
  command
      ->add_option("--schedule", flags.schedule,
                   "Learning rates: warmup, constant, or halving by epochs (what the preset says)")
      ->check(CLI::IsMember({"warmup", "constant", "halving"}));
  command->add_option("--rate", flags.rate, "Learning rate of the schedules constant and halving")
      ->check(CLI::PositiveNumber);
  command->add_option("--halve-after", flags.halve_after, "Epochs before the learning rate is halved")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--largest-gradient", flags.largest_gradient, "Global norm that gradients are clipped to")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--variant", flags.variant, "Order of look, update, generate in bahdanau: a, b or c (a)")
      ->check(CLI::IsMember({"a", "b", "c"}));
  command
      ->add_option("--attention", flags.attention,
                   "Score of luong: dot, general, concat, location or none (general)")
      ->check(CLI::IsMember({"dot", "general", "concat", "location", "none"}));
  command->add_option("--window", flags.window, "What luong looks at: global, local-m or local-p (global)")
      ->check(CLI::IsMember({"global", "local-m", "local-p"}));
  command->add_flag("--no-input-feeding", flags.no_input_feeding,
                    "luong: the attentional vector does not enter the next step");
  command->add_flag("--no-reversal", flags.no_reversal, "luong: the source is read from its beginning");
}

}  // namespace

void add_train(CLI::App& app, int& status) {
  auto flags = std::make_shared<TrainFlags>();
  CLI::App* command = app.add_subcommand("train", "Train a model; without data flags on the built-in corpus");
  command->add_option("--source", flags->source, "Source language: the ending of its files")
      ->capture_default_str();
  command->add_option("--target", flags->target, "Target language: the ending of its files")
      ->capture_default_str();
  command->add_option("--train", flags->train, "Training text: PREFIX.SOURCE and PREFIX.TARGET");
  command->add_option("--valid", flags->valid, "Validation text, named the same way");
  command->add_option("--model", flags->model, "Model: rnnencdec, bahdanau, luong or transformer")
      ->check(CLI::IsMember(model_names()))
      ->capture_default_str();
  command->add_option("--preset", flags->preset,
                      "Size: micro, tiny, small, base or big; of recurrent models micro, small, medium or "
                      "paper (tiny; small)");
  command->add_option("--out", flags->out, "Run directory (runs/MODEL-PRESET)");
  add_backend_flags(command, flags->backend);
  command->add_option("--precision", flags->precision, "Of products: f32, or operands of bf16 or f16")
      ->check(CLI::IsMember({"f32", "bf16", "f16"}))
      ->capture_default_str();
  command->add_option("--vocab", flags->vocabulary, "Pieces of text: word, char, bpe or unigram")
      ->check(CLI::IsMember({"word", "char", "bpe", "unigram"}))
      ->capture_default_str();
  command->add_option("--vocab-size", flags->vocabulary_size, "Most entries of the vocabulary")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_flag("--separate-vocabularies", flags->separate_vocabularies,
                    "A vocabulary for each language instead of one for both");
  command->add_option("--batch-tokens", flags->batch_tokens, "Tokens in a batch, both sides")
      ->check(CLI::PositiveNumber);
  command->add_option("--max-length", flags->max_length, "Leave longer pairs out")
      ->check(CLI::PositiveNumber);
  command->add_option("--max-minutes", flags->max_minutes, "Stop after so many minutes")
      ->check(CLI::PositiveNumber);
  command->add_option("--max-steps", flags->max_steps, "Stop after so many steps")
      ->check(CLI::PositiveNumber);
  command->add_option("--epochs", flags->epochs, "Stop after so many epochs")->check(CLI::PositiveNumber);
  command->add_option("--warmup", flags->warmup, "Steps over which the learning rate rises")
      ->check(CLI::PositiveNumber);
  command->add_option("--rate-scale", flags->rate_scale, "Factor on the learning rate")
      ->check(CLI::PositiveNumber);
  command->add_option("--dropout", flags->dropout, "Dropout rate")->check(CLI::Range(0.0, 0.99));
  command->add_option("--label-smoothing", flags->label_smoothing, "Share of the target given to all words")
      ->check(CLI::Range(0.0, 0.99));
  command->add_option("--accumulate", flags->accumulate, "Batches whose gradients make one step")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI::Option* ema =
      command->add_option("--ema", flags->ema, "Use an exponential average of the weights with this decay")
          ->check(CLI::Range(0.0, 0.999999));
  command->add_option("--average", flags->average, "Use the mean weights of the last so many checkpoints")
      ->check(CLI::PositiveNumber)
      ->excludes(ema);
  command->add_option("--judge", flags->judge, "What the best checkpoint is best by: perplexity or bleu")
      ->check(CLI::IsMember({"perplexity", "bleu"}));
  command->add_option("--patience", flags->patience, "Stop after so many validations without a better one")
      ->check(CLI::PositiveNumber);
  command->add_option("--validate-every", flags->validate_every, "Steps between validations")
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", flags->seed, "Of initial values, dropout and the order of batches")
      ->capture_default_str();
  command->add_flag("--check-finite", flags->check_finite,
                    "Say which op a NaN or an infinity comes from (slow)");
  command->add_flag("--recompute", flags->recompute,
                    "Compute layers again for their gradients: less memory, more time, the same result");
  add_recurrent_flags(command, *flags);
  command->add_flag("--resume", flags->resume, "Go on with the run in --out");
  command->callback([flags, &status] { status = train(*flags); });
}

}  // namespace heed::translate
