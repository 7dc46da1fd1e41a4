"""What checks the templates must refuse broken ones. Run by scripts/check-templates."""

import logging
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP / "scripts/templates"))
import check  # noqa: E402

logging.getLogger("samtranslator").setLevel(logging.ERROR)
TEMPLATE = (TOP / "template.yaml").read_text()


class TemplateTests(unittest.TestCase):
    def broken(self, old, new):
        self.assertIn(old, TEMPLATE)
        return TEMPLATE.replace(old, new)

    def assertFound(self, text, template, operations=None):
        found = check.problems(template, operations or check.operations())
        self.assertTrue(any(text in problem for problem in found), found)

    def test_translator_refuses(self):
        self.assertFound("must reference an S3 bucket", self.broken("Bucket: !Ref Images", "Bucket: elsewhere"))
        self.assertFound("Globals", self.broken("Resources:\n", "Globals: {Function: {Role: x}}\nResources:\n"))

    def test_circles(self):
        own = 'Resource: !Sub "arn:${AWS::Partition}:s3:::${ImageBucket}"'
        self.assertFound("wait for each other", self.broken(own, "Resource: !GetAtt Images.Arn"))
        self.assertFound("wait for each other", self.broken(own, 'Resource: !Sub "${Images.Arn}"'))

    def test_roles(self):
        self.assertFound("lacks ['s3:PutObject']", self.broken(' "s3:PutObject",', ""))
        more = '"s3:PutObject", "s3:DeleteObject",'
        self.assertFound("has ['s3:DeleteObject']", self.broken('"s3:PutObject",', more))
        self.assertFound("ReadAndLabelImages lacks ['s3:GetObjectAcl']", self.broken(', "s3:GetObjectAcl"]', "]"))
        bucket = '["s3:ListBucket", "s3:GetBucketOwnershipControls"]'
        self.assertFound("AskTheBucket lacks ['s3:GetBucketOwnershipControls']", self.broken(bucket, "s3:ListBucket"))
        self.assertFound("lacks ['s3:ListBucket']", self.broken(bucket, "s3:GetBucketOwnershipControls"))
        self.assertFound("name what is needed", self.broken("Action: sqs:SendMessage", 'Action: "sqs:*"'))
        self.assertFound("for all resources", self.broken("Resource: !GetAtt Failures.Arn", 'Resource: "*"'))

    def test_calls_that_roles_do_not_know(self):
        self.assertFound("what DeleteObject takes", TEMPLATE, {"GetObject", "DeleteObject"})

    def test_copies_do_not_call_the_function_again(self):
        self.assertFound("its own work", self.broken('"s3:ObjectCreated:Post"', '"s3:ObjectCreated:Copy"'))

    def lint(self, template):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(template)
            file.flush()
            tool = Path(sys.executable).with_name("cfn-lint")
            return subprocess.run([tool, "--", file.name], capture_output=True, text=True)

    def test_cfn_lint_refuses(self):
        self.assertEqual(self.lint(TEMPLATE).returncode, 0)
        self.assertIn("MemorySizes", self.lint(self.broken("MemorySize: !Ref", "MemorySizes: !Ref")).stdout)


if __name__ == "__main__":
    unittest.main()
