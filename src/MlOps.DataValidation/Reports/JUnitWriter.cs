using System.Globalization;
using System.Text;
using System.Xml;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Writes the checks of a report as JUnit XML: what is bad has failed, what is a warning or plain has passed or is skipped, and says so.</summary>
internal static class JUnitWriter
{
    public static string Write(ReportDocument report)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new() { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true }))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", Valid(report.Title));
            xml.WriteAttributeString("tests", Number(report.Checks.Count));
            xml.WriteAttributeString("failures", Number(report.Checks.Count(c => c.Tone == ReportTone.Bad)));
            xml.WriteAttributeString("errors", "0");
            xml.WriteAttributeString("skipped", Number(report.Checks.Count(c => c.Tone == ReportTone.Plain)));
            foreach (var check in report.Checks) Case(xml, check);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return $"""<?xml version="1.0" encoding="utf-8"?>{"\n"}{text}{"\n"}""";
    }

    private static void Case(XmlWriter xml, ReportCheck check)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", Valid(check.Group));
        xml.WriteAttributeString("name", Valid(check.Name));
        switch (check.Tone)
        {
            case ReportTone.Bad:
                xml.WriteStartElement("failure");
                xml.WriteAttributeString("message", Valid(check.Message));
                xml.WriteEndElement();
                break;
            case ReportTone.Plain:
                xml.WriteStartElement("skipped");
                xml.WriteAttributeString("message", Valid(check.Message));
                xml.WriteEndElement();
                break;
            case ReportTone.Warning:
                xml.WriteElementString("system-out", Valid($"Warning: {check.Message}"));
                break;
        }

        xml.WriteEndElement();
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    // XML cannot hold every character, and data can.
    private static string Valid(string text)
    {
        var valid = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i])) valid.Append(text[i]).Append(text[++i]);
            else valid.Append(XmlConvert.IsXmlChar(text[i]) ? text[i] : '\uFFFD');
        }

        return valid.ToString();
    }
}
